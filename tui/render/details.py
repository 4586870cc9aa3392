"""The details of one message: every copy with what became of it and the server's own words, and every file."""

from datetime import datetime

from models.types.message import AttachmentView, DeliveryView, MessageKind, MessageView
from models.types.people import Channel
from tui.render import wash
from tui.render.cells import apart, cut
from tui.render.delivery import RESENDABLE, delivery_lines
from tui.render.ink import BLANK, Line, Role
from tui.render.message import size
from tui.render.people import person
from tui.render.times import clock

Detail = AttachmentView | DeliveryView | None  # what a block of the details stands for; None: nothing to choose


def undelivered(message: MessageView) -> tuple[DeliveryView, ...]:
    """The mailed copies that can be sent again; one that a later copy for the same person replaced comes last."""
    wanted = [one for one in message.deliveries if one.state in RESENDABLE and one.channel is Channel.EMAIL]
    return tuple(sorted(wanted, key=lambda one: _replaced(one, message.deliveries)))


def details_of(message: MessageView) -> tuple[Detail, ...]:
    """What can be chosen, in the order shown: the head, the files, the copies."""
    return (None, *message.attachments, *message.deliveries)


def detail_lines(message: MessageView, detail: Detail, width: int, now: datetime) -> list[Line]:
    """Paint one block."""
    if detail is None:
        return _head(message, width, now)
    if isinstance(detail, AttachmentView):
        facts = f"  {wash.line(detail.media_type, 60)} · {size(detail.size_bytes)}"
        key: Line = (("  d", Role.KEY), (" saves it", Role.MUTED))
        name: Line = (("▪ ", Role.ACCENT), (wash.line(detail.name), Role.TEXT), (facts, Role.MUTED))
        return [apart(name, key, width)]
    lines = delivery_lines(detail, width, now)
    facts = f"  {detail.attempts} {'try' if detail.attempts == 1 else 'tries'}"
    if detail.attempts and detail.next_try_at is not None:
        facts += f" · next {clock(detail.next_try_at, now)}"
    if detail.channel is Channel.EMAIL:
        lines.append(((facts, Role.MUTED),))
    return [*lines, BLANK]


def _head(message: MessageView, width: int, now: datetime) -> list[Line]:
    copies = len(message.deliveries)
    files = len(message.attachments)
    counted = [f"{files} file{'' if files == 1 else 's'}"] if files else []
    counted += [f"{copies} {'copy' if copies == 1 else 'copies'}"] if copies else []
    lines: list[Line] = [
        (("Details", Role.STRONG), (f"   {' · '.join(counted) or 'no files, no copies'}", Role.MUTED)),
        ((cut(person(message.author_name or message.author_login, message.author_address), width), Role.TEXT),),
        (
            (clock(message.created_at, now), Role.MUTED),
            (f"  {cut(wash.line(message.message_id), width - 20)}", Role.MUTED),
        ),
    ]
    if message.subject and message.kind is MessageKind.EMAIL:
        lines.append((("subject ", Role.MUTED), (cut(wash.line(message.subject), width - 8), Role.TEXT)))
    return [*lines, BLANK]


def _replaced(one: DeliveryView, copies: tuple[DeliveryView, ...]) -> bool:
    return any(other.id > one.id and other.name == one.name and other.name for other in copies)
