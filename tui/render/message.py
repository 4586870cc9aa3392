"""One message of the thread as lines. What it is stands in words; colour only repeats them.

Mail, SMS and WhatsApp have a single rule at the left, notes a double one and the words "stays inside",
logs are quiet lines.
"""

from datetime import datetime

from models.types.message import AttachmentView, Direction, MailClass, MessageKind, MessageView
from tui.render import wash
from tui.render.cells import apart, cut, length, wrap
from tui.render.delivery import delivery_lines
from tui.render.ink import BLANK, Line, Role
from tui.render.people import person
from tui.render.times import clock
from tui.render.words import CLASSES, KINDS

TEXT_LIMIT = 24_000  # characters of one message shown in the thread; the whole is one key away
LINE_LIMIT = 600  # wrapped lines of one message shown
DELIVERIES_SHOWN = 6


def message_lines(message: MessageView, *, width: int, now: datetime, unfolded: bool) -> list[Line]:
    """Paint a message with its deliveries and attachments, and a blank line below it."""
    if message.kind is MessageKind.LOG:
        return _log(message, width, now)
    note = message.kind is MessageKind.NOTE
    gutter = ("║ " if note else "│ ", Role.NOTE if note else Role.FAINT)
    inner = max(width - 2, 10)
    body = [*_addresses(message, inner), *_warnings(message, inner), *_body(message, inner, unfolded)]
    body += [*_attachments(message.attachments, inner), *_deliveries(message, inner, now)]
    return [_head(message, width, now), *((gutter, *line) for line in body), BLANK]


def _head(message: MessageView, width: int, now: datetime) -> Line:
    """Say who, what, which way and when; the address and the unverified mark stay in sight however long the name."""
    incoming, note = message.direction is Direction.IN, message.kind is MessageKind.NOTE
    mark = "  sender unverified" if incoming and not message.verified else ""
    right: Line = ((mark, Role.TEXT), (f"  {clock(message.created_at, now)}", Role.MUTED))
    label = "NOTE – stays inside · " if note else ""
    what = "" if note else f" · {KINDS[message.kind]} {'in' if incoming else 'out'}"
    if CLASSES[message.mail_class]:
        what += f" · {CLASSES[message.mail_class]}"
    room = width - length(right) - len(label) - len(what) - 3
    who = person(message.author_name or message.author_login, message.author_address, max(room, 20))
    machine = message.mail_class is not MailClass.HUMAN
    glyph = "╔ " if note else "◀ " if incoming else "▶ "
    left: Line = (
        (glyph + label, Role.NOTE if note else Role.MUTED),
        (who, Role.MUTED if machine else Role.STRONG),
        (what, Role.MUTED),
    )
    return apart(left, right, width)


def _log(message: MessageView, width: int, now: datetime) -> list[Line]:
    """Say what changed in one quiet line; what a rule did may need more."""
    who = wash.line(message.author_login or message.author_name)
    text = f"· {wash.line(message.text, 1000)}" + (f" · {who}" if who else "")
    when = (("  " + clock(message.created_at, now), Role.FAINT),)
    first, *rest = wrap(text, max(width - length(when) - 1, 10))
    return [apart(((first, Role.MUTED),), when, width), *(((f"  {part}", Role.MUTED),) for part in rest)]


def _addresses(message: MessageView, width: int) -> list[Line]:
    """Paint To and Cc of an incoming mail; of ours the deliveries say it better. The subject, where it says more."""
    lines: list[Line] = []
    if message.subject and message.kind is MessageKind.EMAIL:
        lines.append((("subject ", Role.MUTED), (cut(wash.line(message.subject), width - 8), Role.TEXT)))
    if message.direction is Direction.IN:
        for word, people in (("to ", message.to), ("cc ", message.cc)):
            if people:
                names = ", ".join(wash.line(one, 120) for one in people[:12])
                more = f" and {len(people) - 12} more" if len(people) > 12 else ""
                lines.append((((word + cut(names, max(width - len(word) - len(more), 8)) + more), Role.MUTED),))
    return [*lines, BLANK] if lines else []


def _warnings(message: MessageView, width: int) -> list[Line]:
    return [
        (("! ", Role.NEED), (part, Role.NEED))
        for warning in message.warnings
        for part in wrap(wash.line(warning, 300), width - 2)
    ]


def _body(message: MessageView, width: int, unfolded: bool) -> list[Line]:
    """Paint the new text; quote and signature are folded into one line until unfolded."""
    folds = bool(message.new_text) and message.new_text != message.text
    text = message.text if unfolded or not folds else message.new_text
    role = Role.TEXT if message.mail_class is MailClass.HUMAN else Role.MUTED
    lines = _paragraphs(text, width, role)
    if folds and not unfolded:
        hidden = max(message.text.count("\n") - message.new_text.count("\n"), 1)
        lines.append(
            (
                (f"… {hidden} quoted line{'s' if hidden > 1 else ''} folded, ", Role.MUTED),
                ("Q", Role.KEY),
                (" unfolds", Role.MUTED),
            )
        )
    return lines


def _paragraphs(text: str, width: int, role: Role) -> list[Line]:
    """Wrap a body, quoted lines muted, up to the limits; says how much is left out and where it is."""
    lines: list[Line] = []
    shown = wash.block(text[:TEXT_LIMIT]).expandtabs(4).rstrip()
    for paragraph in shown.split("\n"):
        quoted = Role.MUTED if paragraph.startswith(">") else role
        lines.extend(((part, quoted),) for part in wrap(paragraph.rstrip(), width))
        if len(lines) >= LINE_LIMIT:
            break
    if len(lines) > LINE_LIMIT or len(text) > TEXT_LIMIT:
        lines = lines[:LINE_LIMIT]
        kilobytes = len(text) // 1000
        lines.append(
            (
                (f"… cut here, {kilobytes} kB in all, ", Role.MUTED),
                ("o", Role.KEY),
                (" shows it as it came", Role.MUTED),
            )
        )
    return lines


def _attachments(files: tuple[AttachmentView, ...], width: int) -> list[Line]:
    lines: list[Line] = []
    for one in files[:20]:
        facts = f" · {wash.line(one.media_type, 60)} · {size(one.size_bytes)}"
        name = cut(wash.line(one.name), max(width - len(facts) - 2, 8))
        lines.append((("▪ ", Role.ACCENT), (name, Role.TEXT), (facts, Role.MUTED)))
    if len(files) > 20:
        lines.append(((f"▪ and {len(files) - 20} more files", Role.MUTED),))
    return lines


def size(size_bytes: int) -> str:
    """Write a size in at most seven cells."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1000:.0f} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"


def _deliveries(message: MessageView, width: int, now: datetime) -> list[Line]:
    """Paint the copies that went out."""
    shown = message.deliveries[:DELIVERIES_SHOWN]
    lines = [line for one in shown for line in delivery_lines(one, width, now)]
    rest = len(message.deliveries) - len(shown)
    if rest:
        lines.append(((f"→ and {rest} more recipients", Role.MUTED),))
    return lines
