"""Files of a mail that came in, put into a copy that goes out: cut from its raw bytes."""

from dataclasses import replace

from gateway.mime.parse import part_content
from models.types.mail import FileOut, ForwardedFile, OutgoingMail


def with_forwarded(mail: OutgoingMail) -> OutgoingMail:
    """Attach them; one that is not to be found any more is named in the text instead."""
    if not mail.forwarded:
        return mail
    files, lost = [], []
    for file in mail.forwarded:
        content = _cut(mail.forwarded_from, file)
        if content is None:
            lost.append(f"[{file.name}]")
        else:
            files.append(FileOut(file.name, file.media_type, content))
    text = "\n\n".join((mail.text, "\n".join(lost))) if lost else mail.text
    attachments = (*mail.attachments, *files)
    return replace(mail, text=text, attachments=attachments, forwarded=(), forwarded_from=b"")


def _cut(raw: bytes, file: ForwardedFile) -> bytes | None:
    try:
        return part_content(raw, file.path)
    except LookupError:
        return None
