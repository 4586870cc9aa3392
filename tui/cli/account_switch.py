"""``nightdesk account test``, ``on``, ``off``, ``remove``: an account as it is kept."""

from argparse import Namespace
from datetime import UTC, datetime

from models.types.sender import Proof
from tui.cli.output import as_json, say


def run_test(arguments: Namespace) -> int:
    """Test an account as it is kept, and keep what the test said."""
    from models.services import account_edit
    from tui.cli.account_trial import as_plain, refused, tried
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        view = database.read(account_edit.find, arguments.name)
        database.read(account_edit.may_change, me(settings), arguments.name)
        result = tried(view.said, None, settings, database)
        view = database.write(account_edit.tested, me(settings), arguments.name, result, now=datetime.now(UTC))
    if arguments.json:
        as_json({"account": view.name, "proof": view.proof.value, **as_plain(result)})
    if not result.passed:
        kept = view.proof is Proof.OK
        then = "Its settings stay proved." if kept else "It sends no new mail until a test passes."
        raise refused(result, f"The test of {view.name} failed.", then)
    if not arguments.json:
        say(f"{view.name}: the test passed.")
    return 0


def run_on(arguments: Namespace) -> int:
    """Serve an account again; one that was never tested as it is now is tested first."""
    from models.services import account_edit
    from tui.cli.account_trial import refused, tried
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        view = database.read(account_edit.find, arguments.name)
        database.read(account_edit.may_change, me(settings), arguments.name)
        result = None
        if not database.read(account_edit.proved, arguments.name):
            result = tried(view.said, None, settings, database)
            database.write(account_edit.tested, me(settings), arguments.name, result, now=datetime.now(UTC))
            if not result.passed:
                raise refused(result, f"{view.name} stays off.", "Once that is put right, switch it on again.")
        database.write(
            account_edit.switch_on, me(settings), arguments.name, now=datetime.now(UTC), trial=result,
            seen=arguments.seen,
        )  # fmt: skip
    if arguments.json:
        as_json({"account": view.name, "active": True})
    else:
        say(f"{view.name} is on.")
    return 0


def run_off(arguments: Namespace) -> int:
    """Serve an account no more."""
    from models.services import account_edit
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        view = database.write(
            account_edit.switch_off, me(settings), arguments.name, now=datetime.now(UTC), seen=arguments.seen
        )
    if arguments.json:
        as_json({"account": view.name, "active": False, "queued": view.queued})
        return 0
    waits = f" {view.queued} messages wait in its queue until it is on again." if view.queued else ""
    say(f"{view.name} is off.{waits}")
    return 0


def run_remove(arguments: Namespace) -> int:
    """Take an account out, and say which brands cannot be answered without it."""
    from models.services import account_edit
    from models.services.stranded import stranded
    from tui.cli.me import me
    from tui.cli.store import opened, settings_of

    settings = settings_of(arguments)
    with opened(settings) as database:
        before = {one.brand for one in database.read(stranded) if one.address}
        database.write(account_edit.remove, me(settings), arguments.name, now=datetime.now(UTC), seen=arguments.seen)
        lost = [one for one in database.read(stranded) if not one.address and one.brand in before]
    if arguments.json:
        stranded_now = [{"brand": one.brand, "records": one.records} for one in lost]
        as_json({"account": arguments.name, "removed": True, "without_address": stranded_now})
        return 0
    say(f"{arguments.name} is removed. Mail that came and went by it stays.")
    for one in lost:
        say(f"{one.brand} has no address of the company any more: {one.records} open records cannot be answered by it.")
    return 0
