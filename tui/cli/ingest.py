"""``nightdesk ingest``: take one mail from an MTA's pipe; success means it survives a power cut.

An MTA reads the exit code, and Postfix takes all but 75 for a final no (its sys_exits table): whatever may be cured
at this end, a full disk, missing permission, a broken settings file, is 75, so that the mail waits in the MTA's queue.
Starts once a mail, so it imports neither the database nor pydantic; a worker carries the mail over.
"""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from models.types.errors import SettingsError

if TYPE_CHECKING:
    from tui.cli.parser import Commands

DATA_ERROR, UNAVAILABLE, TEMPORARY = 65, 69, 75  # sysexits.h
SIZE_LIMIT = 50 * 1024 * 1024
CHUNK = 256 * 1024


def declare(commands: "Commands", places: ArgumentParser) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "ingest",
        parents=[places],
        help="take one mail from a mail server's pipe",
        description="Take one mail from standard input, as a mail server's pipe transport or an alias gives it. "
        "The exit code is for the mail server: 0 stored, 65 no mail, 69 too large, 75 try again.",
    )
    parser.add_argument("--from", dest="sender", metavar="ADDRESS", help="envelope sender; else $SENDER")
    parser.add_argument(
        "--to", dest="recipients", metavar="ADDRESS", nargs="+", default=[],
        help="envelope recipients; else $ORIGINAL_RECIPIENT, $RECIPIENT",
    )  # fmt: skip
    parser.add_argument("--size-limit", metavar="OCTETS", type=int, default=SIZE_LIMIT, help="default %(default)s")
    # a typo in the MTA's configuration must not bounce mail
    parser.set_defaults(run=run, usage_code=TEMPORARY)


def run(arguments: Namespace) -> int:
    """Read a mail on stdin into the spool; the exit code."""
    from gateway.workers import spool_file

    try:
        envelope_from, envelope_to = envelope(arguments.sender, arguments.recipients, os.environ)
        spool = spool_file.folder(_database(arguments.database, arguments.config))
        chunks = _chunks(sys.stdin.fileno())
        first = next(chunks, b"")
        if not first:
            return _refused(DATA_ERROR, "There was no mail on standard input.")
        spool_file.put(
            spool,
            _with(first, chunks),
            envelope_from=envelope_from,
            envelope_to=envelope_to,
            limit=arguments.size_limit,
        )
    except spool_file.TooLarge:
        return _refused(UNAVAILABLE, f"The mail is larger than {arguments.size_limit} octets.")
    except (OSError, SettingsError, MemoryError, KeyboardInterrupt) as error:
        return _refused(TEMPORARY, f"The mail was not stored, keep it: {error or type(error).__name__}")
    return 0


def envelope(
    sender: str | None, recipients: Sequence[str], environment: Mapping[str, str]
) -> tuple[str | None, tuple[str, ...]]:
    """Return the envelope an MTA told by options or, as Postfix local(8) and Exim's pipe do, by its environment."""
    if sender is None:
        sender = environment.get("SENDER")
    if sender is not None and "@" not in sender:
        sender = ""  # "MAILER-DAEMON" and "<>" are how MTAs write the null sender to a pipe
    to = tuple(recipient for recipient in recipients if recipient)
    return sender, to or _recipient(environment)


def _recipient(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Prefer the address before aliases and forwards: it is the one our routing knows."""
    local = environment.get("LOCAL_PART") or environment.get("USER", "")
    extension = environment.get("EXTENSION", "")
    put_together = f"{local}{extension and '+' + extension}@{environment.get('DOMAIN', '')}"
    for found in (environment.get("ORIGINAL_RECIPIENT"), environment.get("RECIPIENT"), put_together):
        if found and not found.startswith("@") and not found.endswith("@"):
            return (found,)
    return ()


def _database(database: str, config: str) -> str:
    """Return the URL of the database and look at no other setting: checking them all costs 0.2 s."""
    import tomllib

    from tui.settings import PREFIX, config_file, database_url

    said = database or os.environ.get(f"{PREFIX}DATABASE", "")
    path = config_file(config)
    if not said and path.exists():
        try:
            said = str(tomllib.loads(path.read_text()).get("database", ""))
        except ValueError as error:
            raise SettingsError(f"The settings file {path} is not TOML: {error}.") from error
    return database_url(said, "database")


def _chunks(descriptor: int) -> Iterator[bytes]:
    while chunk := os.read(descriptor, CHUNK):
        yield chunk


def _with(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _refused(code: int, sentence: str) -> int:
    """Say it where the MTA puts it into its log and its report."""
    print(sentence.replace("\n", " "), file=sys.stderr)
    return code
