"""``nightdesk import``: take a mailbox of old mail into the desk, with progress."""

import gc
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from itertools import count as counting
from pathlib import Path
from typing import TYPE_CHECKING

from models.types.errors import NightdeskError, NotFound
from tui import garbage
from tui.cli.output import say

if TYPE_CHECKING:
    from gateway.mime.mailbox_file import Lying
    from gateway.workers.mail_import import Progress
    from gateway.workers.mail_readers import MailReaders
    from tui.cli.parser import Commands

TELL_SECONDS = 1.0  # between progress lines on a terminal
TELL_SECONDS_LOG = 10.0  # and elsewhere
MOST_NAMED = 20  # files that could not be imported
GARBAGE_BATCHES = 10  # between looks for garbage: a batch leaves some 500 objects, a look takes as long as 50 mails


class NoMailbox(NightdeskError):
    """What was named is no mailbox of that form."""

    exit_code = 65  # EX_DATAERR, sysexits.h


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "import",
        parents=[places],
        help="take in old mail from an mbox file or a maildir",
        description="Take in old mail: it opens and continues records as mail that arrives does, but is passed on to "
        "nobody. Mail that is here already is left alone, so an import that was stopped is simply run again.",
    )
    parser.add_argument("form", choices=("mbox", "maildir"), help="what PATH is")
    parser.add_argument("path", metavar="PATH", type=Path, help="the mbox file, or the folder that holds cur and new")
    parser.add_argument(
        "--kind", default="", metavar="KIND", help="open a record of this kind for mail no rule places; else quarantine"
    )
    parser.add_argument("--done", action="store_true", help="it is history: records opened here need nobody")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Import; 0 when every mail is in, 1 when some could not be read."""
    from gateway.workers.mail_readers import MailReaders, prepare

    prepare()
    places, count = _found(arguments.form, arguments.path)
    with garbage.held(), MailReaders(places) as readers:  # they read already while this process loads the rest
        progress = _imported(arguments, readers, count)
    _report(progress)
    return 1 if progress.left_out else 0


def _imported(arguments: Namespace, readers: "MailReaders", count: int) -> "Progress":
    from gateway.workers.mail_import import import_mail
    from models.store import desk_facts
    from tui.cli.store import opened, settings_of

    gc.freeze()
    tell, batches = _teller(count), counting(1)

    def told(progress: "Progress") -> None:
        if next(batches) % GARBAGE_BATCHES == 0:
            gc.collect()
        tell(progress)

    with opened(settings_of(arguments)) as database:
        kinds = database.read(desk_facts.read).stages
        if arguments.kind and arguments.kind not in kinds:
            raise NotFound(f"There is no kind of record called {arguments.kind}.", f"There are: {', '.join(kinds)}.")
        return import_mail(database, readers, default_kind=arguments.kind, done=arguments.done, tell=told)


def _found(form: str, path: Path) -> "tuple[Sequence[Lying], int]":
    """Find the mails; reads no more than where they lie."""
    from gateway.mime.mailbox_file import in_maildir, in_mbox

    try:
        places = list(in_maildir(path) if form == "maildir" else in_mbox(path))
    except FileNotFoundError as error:
        raise NotFound(f"{path} is not there.") from error
    except IsADirectoryError as error:
        raise NoMailbox(
            f"{path} is a folder, not an mbox file.", "Is it a maildir? nightdesk import maildir"
        ) from error
    except (ValueError, OSError) as error:
        raise NoMailbox(f"{path} cannot be imported: {getattr(error, 'strerror', None) or error}.") from error
    return places, len(places)


def _teller(count: int) -> "Callable[[Progress], None]":
    """Make what shows progress: one line written over on a terminal, a line now and then elsewhere."""
    terminal = sys.stderr.isatty()
    next_at = time.monotonic() + TELL_SECONDS

    def tell(progress: "Progress") -> None:
        nonlocal next_at
        if time.monotonic() < next_at and (progress.done < count or not terminal):
            return
        next_at = time.monotonic() + (TELL_SECONDS if terminal else TELL_SECONDS_LOG)
        share = f"{progress.done:,} of {count:,} mails, {progress.rate:,.0f} a second"
        print(f"\r{share}\033[K" if terminal else share, end="" if terminal and progress.done < count else "\n",
              file=sys.stderr, flush=True)  # fmt: skip

    return tell


def _report(progress: "Progress") -> None:
    from models.types.routing import Target

    went = progress.went
    continued, unseen = went[Target.RECORD] + went[Target.BOUNCE], went[Target.LOOP] + went[Target.IGNORED]
    say(
        f"{progress.done:,} mails in {progress.seconds:.1f} s: {went[Target.NEW]:,} opened a record, {continued:,} "
        f"continued one, {went[Target.QUARANTINE]:,} are in quarantine, {went[Target.DUPLICATE]:,} were here already, "
        f"{unseen:,} kept and not shown."
    )
    _name(f"{path}: {why}" for path, why in progress.left_out)


def _name(left_out: Iterable[str]) -> None:
    listed = list(left_out)
    if listed:
        say(f"{len(listed):,} could not be read:")
    for line in listed[:MOST_NAMED]:
        say(f"  {line}")
    if len(listed) > MOST_NAMED:
        say(f"  and {len(listed) - MOST_NAMED:,} more")
