"""Raw bytes to ``IncomingMail``: never raises, linear in the size, limits kept (R2)."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from gateway.mime.bodies import read_content
from gateway.mime.carried import carried_text
from gateway.mime.clean import storable
from gateway.mime.content import Content
from gateway.mime.dates import date
from gateway.mime.enclosures import enclosed_content
from gateway.mime.header import Header
from gateway.mime.ids import message_id, message_ids
from gateway.mime.limits import MAILBOXES, NOT_FULLY_PARSED, TEXT
from gateway.mime.machine import LOOP_HEADER, judge, marked_as_spam
from gateway.mime.mailboxes import mailboxes
from gateway.mime.parts import find, read_tree
from gateway.mime.quote_words import FORWARD_SUBJECT
from gateway.mime.quotes import new_text
from gateway.mime.reports import read_report
from models.types.mail import Bounce, IncomingMail, Mailbox
from models.types.message import MailClass

_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-forwarded-to")
_FIELDS = 50  # of one name that are read
P = ParamSpec("P")
T = TypeVar("T")


def parse(content: bytes) -> IncomingMail:
    """Read a whole mail. What is unreadable is empty and stands in ``warnings``."""
    try:
        return _read(content)
    except Exception as fault:  # the promise of this room: no bytes stop the intake
        return _unreadable(content, f"{type(fault).__name__}: {fault}"[:200])


def part_content(content: bytes, path: str) -> bytes:
    """Return the decoded bytes of an ``AttachedFile.path``. LookupError: there is no such part."""
    place, _, number = path.partition("/")
    part = find(read_tree(content), place)
    if part is None:
        raise LookupError(f"the mail has no part {path}")
    if not number:
        return part.as_file()
    packed = enclosed_content(part, int(number)) if number.isdecimal() else None
    if packed is None:
        raise LookupError(f"the mail has no part {path}")
    return packed


def _read(content: bytes) -> IncomingMail:
    root = read_tree(content)
    header = root.header
    faults: list[str] = []
    held = _guarded(faults, Content(), read_content, root)
    sender = _people(header, "from")
    subject = header.text("subject")
    return_path = _return_path(header)
    bounce, is_report = _guarded(faults, (Bounce(), False), read_report, root, held, sender, subject, return_path)
    said = _text(held)
    carried = "" if is_report or said.strip() else _guarded(faults, "", carried_text, root)
    loop_tag = header.text(LOOP_HEADER)[:200]
    judged = judge(header, sender=sender, subject=subject, return_path=return_path, report=is_report, loop_tag=loop_tag)
    return IncomingMail(
        sender=sender,
        to=_people(header, "to"),
        cc=_people(header, "cc"),
        reply_to=_people(header, "reply-to"),
        delivered_to=_delivered_to(header),
        return_path=return_path,
        subject=subject,
        message_id=message_id(header.raw("message-id")),
        in_reply_to=message_ids(header.raw("in-reply-to")),
        references=message_ids(header.raw("references")),
        date=date(header.raw("date")),
        text=carried or said,
        reply_text=_guarded(faults, said, _new_text, held, subject),
        has_html=held.has_html,
        attachments=tuple(held.files),
        mail_class=judged.mail_class,
        auto_generated=judged.auto_generated,
        no_autoreply=judged.no_autoreply,
        bounce=bounce,
        loop_tag=loop_tag,
        list_id=header.text("list-id")[:500],
        auth_results=tuple(header.texts("authentication-results")[:10]),
        warnings=(*held.warnings, *faults),
        spam=marked_as_spam(header),
    )


def _guarded(faults: list[str], otherwise: T, stage: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run one stage; if it fails the mail keeps what the others found, and says so."""
    try:
        return stage(*args, **kwargs)
    except Exception as fault:
        faults.append(f"{NOT_FULLY_PARSED}: {type(fault).__name__}"[:200])
        return otherwise


def _new_text(held: Content, subject: str) -> str:
    return new_text(held.lines, held.quoted, html=not held.plain, forwarded=bool(FORWARD_SUBJECT.match(subject)))


def _people(header: Header, name: str) -> tuple[Mailbox, ...]:
    """All fields of that name together: a mail may carry two To fields, and wrongly two From."""
    raws = header.fields.get(name)
    if raws is None:
        return ()
    if len(raws) == 1:
        return mailboxes(raws[0], header.hint)
    found: list[Mailbox] = []
    for raw in raws[:_FIELDS]:
        found += mailboxes(raw, header.hint)
        if len(found) >= MAILBOXES:
            break
    return tuple(found)


def _delivered_to(header: Header) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in _DELIVERED:
        for one in _people(header, name):
            if one.address:
                found[one.address] = None
    return tuple(found)


def _return_path(header: Header) -> str | None:
    raw = header.raw("return-path")
    if raw is None:
        return None
    found = mailboxes(raw)
    return found[0].address if found and "@" in found[0].address else ""


def _text(held: Content) -> str:
    return "\n".join(held.lines).strip("\n")[:TEXT]


def _unreadable(content: bytes, because: str) -> IncomingMail:
    text = storable(content[:TEXT].decode("utf-8", "replace"))
    return IncomingMail(
        sender=(), to=(), cc=(), reply_to=(), delivered_to=(), return_path=None, subject="", message_id="",
        in_reply_to=(), references=(), date=None, text=text, reply_text=text, has_html=False, attachments=(),
        mail_class=MailClass.HUMAN, auto_generated=False, no_autoreply=True, bounce=Bounce(), loop_tag="", list_id="",
        auth_results=(), warnings=(NOT_FULLY_PARSED, because),
    )  # fmt: skip
