"""One line of the record list. Narrow widths drop the columns that cost most and say least."""

from datetime import datetime

from models.types.record import ListRow, Need, QuarantineRow, RecordRow
from tui.render import wash
from tui.render.cells import clip, cut, length, pad, pad_left
from tui.render.ink import Line, Role
from tui.render.times import age
from tui.render.words import kind_letter, need

ASSIGNEE_FROM, WATCHERS_FROM, KIND_FROM, CONTACT_FROM = 66, 56, 46, 40  # cells a line needs to carry the column
KIND_WORD_FROM, AMOUNT_FROM = 110, 130


def list_row(row: ListRow, width: int, now: datetime) -> Line:
    """Paint any row of the list."""
    if isinstance(row, QuarantineRow):
        return quarantine_row(row, width, now)
    return record_row(row, width, now)


def record_row(row: RecordRow, width: int, now: datetime) -> Line:
    """Paint a record: need, kind, number, contact, title, amount, waiting time, assignee, watchers."""
    ours = row.need is Need.NEEDS_US
    left: list[tuple[str, Role]] = [(pad(need(row), 7) + " ", Role.NEED if ours else Role.MUTED)]
    if width >= KIND_WORD_FROM:
        left.append((pad(wash.line(row.kind), 11) + " ", Role.MUTED))
    elif width >= KIND_FROM:
        left.append((kind_letter(wash.line(row.kind)) + " ", Role.MUTED))
    left.append((f"#{row.number:<5} ", Role.MUTED))
    if width >= CONTACT_FROM:
        left.append((pad(wash.line(row.contact), _contact_width(width)) + " ", Role.STRONG if ours else Role.TEXT))
    right = _right(row, width, now)
    room = max(width - length(tuple(left)) - length(right), 0)
    mark = {2: "!! ", 1: "! "}.get(row.priority, "")
    title = pad(mark + wash.line(row.title), room)
    return clip((*left, (title, Role.STRONG if ours else Role.TEXT), *right), width)


def _contact_width(width: int) -> int:
    return 12 if width < ASSIGNEE_FROM else 16 if width < 100 else 22


def _right(row: RecordRow, width: int, now: datetime) -> Line:
    """Paint the columns at the right edge."""
    columns: list[tuple[str, Role]] = []
    if width >= AMOUNT_FROM:
        columns.append((" " + pad_left(amount(row), 14), Role.MUTED))
    waits = row.need is Need.NEEDS_US
    columns.append((" " + pad_left(age(row.need_since, now), 4), Role.NEED if waits else Role.MUTED))
    if width >= ASSIGNEE_FROM:
        columns.append((" " + pad(wash.line(row.assignee) or "–", 5 if width < 100 else 8), Role.MUTED))
    if width >= WATCHERS_FROM:
        columns.append((" " + pad(watchers(row.watchers), 5), Role.ACCENT))
    return tuple(columns)


def amount(row: RecordRow) -> str:
    """Write the amount with its currency; "" where the kind carries none."""
    if row.amount_cents is None:
        return ""
    return f"{row.amount_cents / 100:,.2f} {wash.line(row.currency, 4)}".rstrip()


def watchers(logins: tuple[str, ...]) -> str:
    """Name who else has the record open by two letters each: "[be]", two and more "[be+]"."""
    if not logins:
        return ""
    return f"[{wash.line(logins[0])[:2]}{'+' if len(logins) > 1 else ''}]"


def quarantine_row(row: QuarantineRow, width: int, now: datetime) -> Line:
    """Paint a mail that found no record: sender, subject, why, age."""
    sender_width = 16 if width < 64 else 26 if width < 100 else 34
    reason_width = 0 if width < 52 else min(30, width // 3)
    sender = pad(wash.line(row.sender), sender_width) + " "
    reason = " " + pad(wash.line(row.reason), reason_width) if reason_width else ""
    when = " " + pad_left(age(row.received_at, now), 4)
    room = max(width - len(when) - reason_width - bool(reason_width) - sender_width - 1, 0)
    line: Line = (
        (sender, Role.STRONG),
        (pad(wash.line(row.subject) or "(no subject)", room), Role.TEXT),
        (reason, Role.MUTED),
        (when, Role.NEED),
    )
    return clip(line, width)


def row_name(row: ListRow) -> str:
    """Name a row in a sentence."""
    if isinstance(row, QuarantineRow):
        return f"mail from {cut(wash.line(row.sender), 40)}"
    return f"#{row.number}"
