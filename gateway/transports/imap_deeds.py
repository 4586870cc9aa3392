"""Mark, move and delete messages of an open IMAP folder, by their UIDs alone (RFC 3501, 4315, 6851).

Each deed may be done again: what is done already changes nothing.
"""

from collections.abc import Sequence

from gateway.transports.faults import FaultKind, TransportFault
from gateway.transports.imap import ImapSession
from gateway.transports.imap_client import Answer
from gateway.transports.mailbox_name import quote_mailbox


async def mark_seen(session: ImapSession, uids: Sequence[int]) -> None:
    """Mark messages as read."""
    _must(await session.change("STORE", _set(uids), "+FLAGS.SILENT", r"(\Seen)"), "mark mail as read")


async def delete(session: ImapSession, uids: Sequence[int]) -> None:
    """Delete messages. Without UIDPLUS they are only marked: EXPUNGE would take what others marked with them."""
    _must(await session.change("STORE", _set(uids), "+FLAGS.SILENT", r"(\Deleted)"), "delete mail")
    if session.can("UIDPLUS"):
        _must(await session.change("EXPUNGE", _set(uids)), "delete mail")


async def move(session: ImapSession, uids: Sequence[int], folder: str) -> None:
    """Move messages in one step; only where the server ``can("MOVE")``."""
    await _into(session, "MOVE", uids, folder)


async def copy(session: ImapSession, uids: Sequence[int], folder: str) -> None:
    """Copy messages: the first half of a move where there is no MOVE."""
    await _into(session, "COPY", uids, folder)


async def _into(session: ImapSession, name: str, uids: Sequence[int], folder: str) -> None:
    arguments = (_set(uids), quote_mailbox(folder))
    answer = await session.change(name, *arguments)
    if answer.result == "NO" and "TRYCREATE" in answer.text.upper():
        await session.create(folder)
        answer = await session.change(name, *arguments)
    _must(answer, f"move mail to {folder}")


def _must(answer: Answer, what: str) -> None:
    if answer.result != "OK":
        raise TransportFault(
            FaultKind.REFUSED, f"The server does not {what}: mail is fetched and stays there.", answer.text
        )


def _set(uids: Sequence[int]) -> str:
    return ",".join(map(str, uids))
