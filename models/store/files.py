"""The files of messages: where their bytes are. Plain reads."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.store.plain import Reader
from models.types.message import MessageView

if TYPE_CHECKING:
    from models.types.mail import IncomingMail


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file, or the mail it is a part of: ``path`` names the part; "" = ``content`` is the file itself."""

    name: str
    media_type: str
    content: bytes
    path: str


def stored(reader: Reader, message: MessageView, index: int) -> StoredFile | None:
    """Read the bytes behind ``message.attachments[index]``; None when they are gone or never had a row."""
    if not 0 <= index < len(message.attachments):
        return None
    found = reader.one(
        "SELECT a.name, a.media_type, a.path, coalesce(a.content, f.content) AS content, r.content AS mail "
        "FROM attachment a JOIN message m ON m.id = a.message_id LEFT JOIN raw_mail r ON r.id = m.raw_id "
        "LEFT JOIN file_content f ON f.sha256 = a.sha256 WHERE a.id = :id",
        id=message.attachments[index].id,
    )
    if found is None:
        return None
    if found["content"] is not None:
        return StoredFile(found["name"], found["media_type"], bytes(found["content"]), "")
    if found["mail"] is None:
        return None
    return StoredFile(found["name"], found["media_type"], bytes(found["mail"]), found["path"])


def of_mail(content: bytes, parsed: "IncomingMail", index: int) -> StoredFile | None:
    """The same for a mail on no record, whose files are known by their order alone."""
    if not 0 <= index < len(parsed.attachments):
        return None
    file = parsed.attachments[index]
    return StoredFile(file.name, file.media_type, content, file.path)
