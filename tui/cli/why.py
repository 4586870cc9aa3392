"""``nightdesk why``: where a mail went, every rule that was asked, who got it and who did not, and why."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from models.types.errors import NotFound
from tui.cli.output import as_json, say
from tui.render.wash import line

if TYPE_CHECKING:
    from models.store.placed import Placed
    from models.types.message import DeliveryView, MessageView
    from tui.cli.parser import Commands

_LONG = 1000  # characters of a field that are printed


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "why",
        parents=[places],
        help="say why a mail is where it is",
        description="Says where a mail went, which rules were asked and what each found, who got a copy, who did not "
        "and why not.",
    )
    parser.add_argument("message", metavar="MESSAGE", help="a message's number, its <Message-ID>, or raw:NUMBER")
    parser.add_argument("--json", action="store_true", help="one JSON line")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Find it and tell."""
    from models.store.placed import find
    from models.store.plain import Reader
    from tui.cli.store import ready, settings_of

    settings = settings_of(arguments)
    ready(settings)
    reader = Reader(settings.database)
    try:
        found = find(reader, arguments.message)
    finally:
        reader.close()
    if not found:
        raise NotFound(
            f"There is no mail {arguments.message}.", "Give a message's number, its <Message-ID>, or raw:NUMBER."
        )
    told = [tell(one) for one in found]
    if arguments.json:
        as_json(told)
    else:
        for one in told:
            _print(one)
    return 0


def tell(placed: "Placed") -> dict[str, Any]:
    """Turn it into a form every string of which may be printed."""
    view = placed.message
    return {
        "message": view.id if view else None,
        "message_id": line(view.message_id, _LONG) if view else "",
        "raw": placed.raw_id,
        "record": f"#{placed.record.number}" if placed.record else None,
        "kind": placed.record.kind if placed.record else None,
        "state": placed.state,
        "reason": line(placed.reason, _LONG),
        "from": line(placed.sender, _LONG),
        "subject": line(placed.subject, _LONG),
        "at": placed.at.isoformat(),
        "class": view.mail_class.value if view else None,
        "verified": view.verified if view else None,
        "tried": [
            {"rule": line(rule), "outcome": line(outcome), "because": line(because, _LONG)}
            for rule, outcome, because in placed.tried
        ],
        "recipients": [_recipient(one) for one in view.deliveries] if view else [],
        "left_out": _left_out(view) if view else [],
        "warnings": [line(one, _LONG) for one in view.warnings] if view else [],
    }


def _recipient(copy: "DeliveryView") -> dict[str, Any]:
    return {
        "name": line(copy.name),
        "address": line(copy.address),
        "channel": copy.channel.value,
        "why": copy.why.value,
        "state": copy.state.value,
        "sentence": line(copy.sentence, _LONG),
    }


def _left_out(view: "MessageView") -> list[dict[str, str]]:
    return [{"who": line(who), "because": line(because)} for who, because in view.left_out]


def _print(told: dict[str, Any]) -> None:
    where = f"on {told['kind']} {told['record']}" if told["record"] else told["state"]
    number = f"message {told['message']}" if told["message"] else f"mail {told['raw']}"
    say(f"{number}: {where}{': ' + told['reason'] if told['reason'] else ''}")
    say(f"  {told['from'] or 'nobody'}: {told['subject']}")
    if not told["tried"]:
        say("  It was written here; no routing rule was asked.")
    wide = max((len(one["rule"]) for one in told["tried"]), default=0)
    for one in told["tried"]:
        say(f"  {one['rule']:{wide}}  {one['outcome']:3}  {one['because']}")
    for one in told["recipients"]:
        who = " ".join(part for part in (one["name"], f"<{one['address']}>" if one["address"] else "") if part)
        say(f"  copy: {who} by {one['channel']} ({one['why']}): {one['state']} {one['sentence']}".rstrip())
    for one in told["left_out"]:
        say(f"  no copy: {one['who']}: {one['because']}")
    if told["message"] and not (told["recipients"] or told["left_out"]):
        say("  Nobody got a copy.")
    for sentence in told["warnings"]:
        say(f"  note: {sentence}")
