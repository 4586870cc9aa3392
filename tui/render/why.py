"""Why a mail is where it is, or goes out as what it does: every rule that was tried, in order."""

from models.types.message import Direction, MessageView
from tui.render import wash
from tui.render.cells import pad, wrap
from tui.render.ink import BLANK, Line, Role
from tui.render.people import person


def why_lines(message: MessageView, width: int, *, reason: str = "") -> list[Line]:
    """Paint the rules tried with outcome and reason; says so when nothing was routed. ``reason``: of a quarantine."""
    lines: list[Line] = [
        (
            (
                "Why it has this sender" if message.direction is Direction.OUT else "Why this message is here",
                Role.STRONG,
            ),
        ),
        ((person(message.author_name, message.author_address), Role.TEXT),),
        ((wash.line(message.message_id, width - 1), Role.MUTED),),
        BLANK,
    ]
    if reason:
        parts = wrap(f"It is on no record: {wash.line(reason, 300)}", width)
        lines[-1:] = [*(((part, Role.NEED),) for part in parts), BLANK]
    if not message.why and reason:
        return lines
    if not message.why:
        return [*lines, (("It was written here; no routing rule was asked.", Role.TEXT),)]
    ruled = max(min(28, max(len(wash.line(rule, 40)) for rule, _, _ in message.why)), 4)
    for rule, outcome, because in message.why:
        role = Role.GOOD if outcome == "yes" else Role.MUTED
        head: Line = ((pad(wash.line(rule, 40), ruled) + "  ", Role.TEXT), (pad(wash.line(outcome, 20), 8) + " ", role))
        parts = wrap(wash.line(because, 600), max(width - ruled - 11, 16))
        lines.append((*head, (parts[0], Role.MUTED)))
        lines.extend(((" " * (ruled + 11) + part, Role.MUTED),) for part in parts[1:])
    return lines
