"""Which files go along with a copy: all of an answer's, a follower's while there is room, the rest by name (R16)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from models.rules.attaching import passed_on
from models.store import draft_files, raw_mail
from models.store.message_files import MessageFile
from models.types.mail import FileOut, ForwardedFile


@dataclass(frozen=True, slots=True)
class Along:
    """``named`` is what to add to the text for those that stay behind, "" when none does."""

    attachments: tuple[FileOut, ...] = ()
    forwarded: tuple[ForwardedFile, ...] = ()
    forwarded_from: bytes = b""
    named: str = ""


def with_answer(session: Session, files: Sequence[MessageFile]) -> Along:
    """Give what its writer attached."""
    return Along(_ours(session, files)) if files else _NOTHING


def with_notification(session: Session, files: Sequence[MessageFile]) -> Along:
    """Give what a follower's copy carries: a mail's own files, or those of an answer."""
    if not files:
        return _NOTHING
    carried = passed_on([file.size_bytes for file in files])
    chosen = [file for file, fits in zip(files, carried, strict=True) if fits]
    left = [file for file, fits in zip(files, carried, strict=True) if not fits]
    came = [file for file in chosen if file.path and file.raw_id is not None]
    raw = raw_mail.content(session, came[0].raw_id or 0) if came else None
    if raw is None:
        left, came = [*left, *came], []
    return Along(
        attachments=_ours(session, chosen),
        forwarded=tuple(ForwardedFile(file.name, file.media_type, file.path) for file in came),
        forwarded_from=raw or b"",
        named=_named(left),
    )


_NOTHING = Along()


def _ours(session: Session, files: Sequence[MessageFile]) -> tuple[FileOut, ...]:
    found = ((file, draft_files.content(session, file.sha256)) for file in files if file.sha256)
    return tuple(FileOut(file.name, file.media_type, content) for file, content in found if content is not None)


def _named(files: Sequence[MessageFile]) -> str:
    if not files:
        return ""
    lines = [f"[{file.name}, {file.size_bytes} bytes]" for file in files]
    return "\n\nToo large to pass on, to be seen on the record:\n" + "\n".join(lines)
