"""Views with counts, arrivals, the last sentence and account health as lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from models.types.health import AccountHealth, AccountState
from models.types.record import Counts, View
from tui.render import wash
from tui.render.cells import apart, clip, cut, length, wrap
from tui.render.delivery import hold_left
from tui.render.ink import Line, Role, Span
from tui.render.words import VIEWS

MOST_LINES = 3  # of a sentence
NARROWEST = 20  # cells, in which a sentence is still worth breaking


class StatusFacts(NamedTuple):
    """What the status line tells. ``bad``: the sentence is of a fault; ``holds``: when held copies leave."""

    sentence: str
    bad: bool
    holds: Sequence[datetime]
    accounts: Sequence[AccountHealth] | None  # None: not read yet


def tabs(counts: Counts | None, view: View, width: int) -> Line:
    """Name the views with how many each has; the chosen one in brackets, so it needs no colour."""
    spans: list[Span] = [(" ", Role.TEXT)]
    short = width < 66
    for one, name in VIEWS.items():
        count = getattr(counts, one.value) if counts is not None else 0
        word = name.split()[0] if short else name
        label = f"{word} {count}" if counts is not None else word
        chosen = one is view
        urgent = one in (View.NEEDS_US, View.QUARANTINE) and count
        role = Role.ACCENT if chosen else Role.NEED if urgent else Role.MUTED
        spans.append((f"[{label}]" if chosen else f" {label} ", role))
    return clip(tuple(spans), width)


def list_note(new_above: int, search: str, found: int | None, width: int) -> Line:
    """Say what the list is not showing by itself: arrivals above, and a search with its hits."""
    spans: list[Span] = []
    if search:
        spans.append((f"/{wash.line(search, 30)} ", Role.ACCENT))
        spans.append((f"{found} found  " if found is not None else "", Role.MUTED))
    if new_above:
        spans.append((f"↑ {new_above} new ", Role.NEED))
    return clip(tuple(spans), width)


def health(accounts: Sequence[AccountHealth] | None, width: int) -> Line:
    """Say whether mail works: one word when it does, the sentence of the first account that does not. None: unread."""
    if accounts is None:
        return ()
    if not accounts:
        return (("no mail account, ", Role.NEED), ("g a", Role.KEY), (" adds one ", Role.NEED))
    ill = [one for one in accounts if one.state is not AccountState.OK]
    queued = sum(one.queued for one in accounts)
    if ill:
        word = "stopped" if ill[0].state is AccountState.STOPPED else "failing"
        said = wash.line(ill[0].sentence, 200)
        text = f"mail {word}: {wash.line(ill[0].name, 30)}{' – ' + said if said else ''}"
        return ((cut(text, width - 1) + " ", Role.BAD),)
    waiting = f", {queued} queued" if queued else ""
    paced = min((one.next_at for one in accounts if one.queued and one.next_at), default=None)
    if paced is not None:
        return ((f"mail ok{waiting}, provider's limit: next {paced.astimezone():%H:%M} ", Role.NEED),)
    return ((f"mail ok{waiting} ", Role.MUTED),)


def status_lines(facts: StatusFacts, width: int, now: datetime) -> list[Line]:
    """Say a long sentence to its end on a few lines; what the mail does comes after it."""
    sentence, bad, holds, accounts = facts
    text = wash.line(sentence, 300)
    right = health(accounts, max(width // 2, width - cell_len(text) - 3))
    if (holds and not bad) or width < NARROWEST or cell_len(text) + length(right) + 2 <= width:
        return [status_line(facts, width, now)]
    parts = wrap(text, width - 2)
    parts = (
        [*parts[: MOST_LINES - 1], cut(" ".join(parts[MOST_LINES - 1 :]), width - 2)] if parts[MOST_LINES:] else parts
    )
    *lines, last = [((" ", Role.TEXT), (part, Role.BAD if bad else Role.TEXT)) for part in parts]
    if length(last) + length(right) + 1 <= width:
        return [*lines, apart(last, right, width)]
    ill = accounts is not None and any(one.state is not AccountState.OK for one in accounts)
    return [*lines, last, apart((), health(accounts, width), width)] if ill else [*lines, last]


def status_line(facts: StatusFacts, width: int, now: datetime) -> Line:
    """Put the newest hold's countdown or the last sentence at the left, mail health at the right."""
    sentence, bad, holds, accounts = facts
    left: list[Span] = [(" ", Role.TEXT)]
    if holds and not bad:
        seconds = hold_left(max(holds), now)
        more = f" ({len(holds)} held)" if len(holds) > 1 else ""
        left += [(f"{sentence} Goes in {seconds} s{more}, ", Role.TEXT), ("z", Role.KEY), (" takes it back", Role.TEXT)]
    else:
        left.append((wash.line(sentence, 300), Role.BAD if bad else Role.TEXT))
    right = health(accounts, max(width // 2, width - length(tuple(left)) - 2))
    return apart(tuple(left), right, width)
