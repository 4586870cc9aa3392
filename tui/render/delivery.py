"""The state of one copy in words: to whom, how, and what became of it."""

from datetime import datetime

from rich.cells import cell_len

from models.rules.hold import HOLD_SECONDS, HOLD_SHOWN_SECONDS
from models.types.delivery import DeliveryState
from models.types.message import DeliveryView
from models.types.people import Channel
from tui.render import wash
from tui.render.cells import length, wrap
from tui.render.ink import Line, Role
from tui.render.people import person
from tui.render.times import clock, seconds_left
from tui.render.words import CHANNELS

_PLAIN = {
    DeliveryState.SENDING: ("sending", Role.ACCENT),
    DeliveryState.IN_DATA: ("sending", Role.ACCENT),
    DeliveryState.SENT: ("sent", Role.GOOD),
    DeliveryState.DELIVERED: ("delivered", Role.GOOD),
    DeliveryState.BOUNCED: ("bounced", Role.BAD),
    DeliveryState.FAILED: ("failed", Role.BAD),
    DeliveryState.UNSURE: ("unsure", Role.BAD),
    DeliveryState.CANCELLED: ("cancelled", Role.MUTED),
}
RESENDABLE = frozenset({DeliveryState.BOUNCED, DeliveryState.FAILED, DeliveryState.UNSURE})


def hold_left(hold_until: datetime, now: datetime) -> int:
    """Seconds of the hold to show; the real hold is a little longer, so a late ``z`` still works."""
    return max(0, seconds_left(hold_until, now) - (HOLD_SECONDS - HOLD_SHOWN_SECONDS))


def state(one: DeliveryView, now: datetime) -> tuple[str, Role]:
    """Say the state, with its time where it has one."""
    if one.state is DeliveryState.HELD:
        if one.hold_until is None:
            return "held", Role.ACCENT
        return f"held, goes in {hold_left(one.hold_until, now)} s", Role.ACCENT
    if one.state is DeliveryState.QUEUED:
        if one.attempts and one.next_try_at is not None:
            return f"deferred until {clock(one.next_try_at, now)}", Role.NEED
        return "queued", Role.ACCENT
    return _PLAIN[one.state]


def delivery_lines(one: DeliveryView, width: int, now: datetime) -> list[Line]:
    """Paint a copy; below a failure our sentence, and below that the server's own words."""
    words, role = state(one, now)
    what = f" · {CHANNELS[one.channel]} · "
    room = max(width - 2 - len(what) - cell_len(words), 16)
    who = person(one.name, one.address if one.channel is Channel.EMAIL else "", room)
    lines: list[Line] = [(("→ ", Role.FAINT), (who + what, Role.MUTED), (words, role))]
    if one.state is DeliveryState.UNSURE:
        lines.append(
            (
                ("  It may have arrived; it is not sent again by itself, ", Role.TEXT),
                ("S", Role.KEY),
                (" does.", Role.TEXT),
            )
        )
    if one.state in RESENDABLE or (one.state is DeliveryState.QUEUED and one.attempts):
        for text, prefix, said in ((one.sentence, "", Role.TEXT), (one.server_text, "the server said: ", Role.MUTED)):
            washed = wash.line(text, 400)
            if washed:
                lines.extend((("  ", Role.TEXT), (part, said)) for part in wrap(prefix + washed, max(width - 2, 8)))
                if not prefix and one.state in (DeliveryState.BOUNCED, DeliveryState.FAILED):
                    lines = _with_key(lines, width)
    return lines


def _with_key(lines: list[Line], width: int) -> list[Line]:
    """Name the key that sends it again, behind the last line or below it."""
    key: Line = (("  S", Role.KEY), (" sends it again", Role.MUTED))
    if length(lines[-1]) + length(key) <= width:
        return [*lines[:-1], (*lines[-1], *key)]
    return [*lines, key]
