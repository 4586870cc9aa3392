"""What stands above the messages of a thread, and a whole thread as plain text."""

from datetime import datetime

from models.types.message import FollowerView, MessageKind, Thread
from models.types.record import ListRow, QuarantineRow
from tui.render import wash
from tui.render.cells import apart, cut
from tui.render.ink import Line, Role
from tui.render.message import message_lines
from tui.render.people import person
from tui.render.row import amount
from tui.render.words import CHANNELS, NEEDS


def thread_title(row: ListRow, width: int) -> Line:
    """Name the record or mail, with its state at the right."""
    if isinstance(row, QuarantineRow):
        return apart(
            (("mail without a record  ", Role.MUTED), (wash.line(row.subject) or "(no subject)", Role.STRONG)),
            ((wash.line(row.reason, max(width // 2, 12)), Role.NEED),),
            width,
        )
    facts = [wash.line(row.stage, 20), NEEDS[row.need] if row.need.value != "needs_us" else "needs us"]
    facts += [amount(row)] if row.amount_cents is not None and width >= 60 else []
    facts += [wash.line(row.brand, 20)] if row.brand and width >= 90 else []
    left: Line = (
        (f"{wash.line(row.kind, 12)} #{row.number}  ", Role.MUTED),
        (wash.line(row.title), Role.STRONG),
    )
    facts.append(wash.line(row.assignee, 16) or "nobody's")
    return apart(left, ((" · ".join(fact for fact in facts if fact), Role.MUTED),), width)


def followers_line(followers: tuple[FollowerView, ...], width: int) -> Line:
    """Name the followers with their channels."""
    if not followers:
        return (("no followers", Role.MUTED),)
    names = " · ".join(
        f"{person(one.name, '' if one.staff else one.address)} ({CHANNELS[one.channel]})" for one in followers
    )
    return ((cut(f"followers  {names}", width), Role.MUTED),)


QUARANTINE_LINE: Line = (
    ("m", Role.KEY),
    (" to a record  ", Role.MUTED),
    ("O", Role.KEY),
    (" opens one  ", Role.MUTED),
    ("C", Role.KEY),
    (" customer  ", Role.MUTED),
    ("!", Role.KEY),
    (" spam  ", Role.MUTED),
    ("w", Role.KEY),
    (" why  ", Role.MUTED),
    (";", Role.KEY),
    (" first: from now on", Role.MUTED),
)


def lines_at(thread: Thread, index: int, *, width: int, now: datetime, unfolded: bool) -> list[Line]:
    """Paint one message of a thread; a run of logs is set off, and no blank line ends the thread."""
    message = thread.messages[index]
    lines = message_lines(message, width=width, now=now, unfolded=unfolded)
    if index == len(thread.messages) - 1:
        return lines if lines[-1] else lines[:-1]  # small screens have no line to give away
    log_ends = message.kind is MessageKind.LOG and thread.messages[index + 1].kind is not MessageKind.LOG
    return [*lines, ()] if log_ends else lines


def transcript(thread: Thread, *, width: int, now: datetime, unfolded: bool = False) -> list[Line]:
    """Paint title, followers and every message."""
    lines = [thread_title(thread.row, width), followers_line(thread.followers, width), ()]
    if thread.older:
        lines.append(((f"{thread.older} older messages", Role.MUTED),))
    for index in range(len(thread.messages)):
        lines.extend(lines_at(thread, index, width=width, now=now, unfolded=unfolded))
    return lines
