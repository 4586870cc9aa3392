"""What an account may still send within its provider's limits, and how a "too many" slows it down (R11, R18).

A plain token bucket of N a minute lets nearly 2 N through within some minute. Here each window counts what was spent
in slots, and a slot counts until its newest moment has left the window: no window ever holds more than its limit.
Lower lanes stop earlier, so that there is always something left for people.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from models.types.limits import BudgetLeft, Limits
from models.types.outbox import Lane

CLOCKS_DIFFER = 300  # seconds; a time further ahead was written by a clock that has been set back since
SLOWEST = 6  # times the rate is halved at most
BASE_PER_MINUTE = 60  # what is halved first where no limit per minute is known
RECOVER = timedelta(minutes=30)  # one halving is forgiven in this time
REST = timedelta(minutes=1)  # nothing at all is sent after a "too many"
MASS = 20  # recipients; fewer simply wait for their turn


@dataclass(frozen=True, slots=True)
class Window:
    """A limit's time: how long it is, and how finely it is counted."""

    name: str
    seconds: int
    slot: int


WINDOWS = (Window("minute", 60, 2), Window("hour", 3600, 120), Window("day", 86400, 1440))
SHARES = {Lane.HUMAN: (1, 1), Lane.RELAY: (4, 5), Lane.AUTO: (3, 5)}  # of each limit, for what is sent in all

Slot = tuple[int, int, int]  # number since the epoch, messages, recipients


@dataclass(frozen=True, slots=True)
class Spent:
    """What an account spent lately: slots by window, oldest first; how often it was told "too many"."""

    slots: Mapping[str, tuple[Slot, ...]] = field(default_factory=dict)
    level: int = 0  # times its rate is halved, as of ``slowed_at``
    slowed_at: datetime | None = None
    rest_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Cap:
    window: Window
    column: int  # in a slot: 1 messages, 2 recipients
    most: int


def allowance(limits: Limits, spent: Spent, now: datetime) -> dict[Lane, int]:
    """Say how many messages to one recipient each each lane may send now, if no other sends any."""
    spent, now = as_of(spent, now)
    if _resting(spent, now):
        return dict.fromkeys(Lane, 0)
    caps = [(cap, _used(cap, spent, now)) for cap in _caps(limits, spent, now)]
    endless = 1 << 30
    return {lane: max(0, min((_share(cap.most, lane) - used for cap, used in caps), default=endless)) for lane in Lane}


def pick(due: Iterable[tuple[int, int, Lane]], allowed: Mapping[int, Mapping[Lane, int]]) -> list[int]:
    """Choose what may be sent of (id, account, lane), in this order; an account not in ``allowed`` has no limit."""
    taken: Counter[int] = Counter()
    picked = []
    for one, account_id, lane in due:
        if account_id not in allowed or taken[account_id] < allowed[account_id][lane]:
            taken[account_id] += 1
            picked.append(one)
    return picked


def spend(limits: Limits, spent: Spent, now: datetime, messages: int, recipients: int) -> tuple[Spent, datetime]:
    """Write down what is handed over; also the moment it was booked on, for ``refund``."""
    spent, now = as_of(spent, now)
    seconds = int(now.timestamp())
    counted = {cap.window for cap in _caps(limits, spent, now)}
    slots = {
        window.name: _added(spent.slots.get(window.name, ()), seconds // window.slot, messages, recipients)
        for window in counted
    }
    return replace(spent, slots=slots), now


def refund(spent: Spent, at: datetime, messages: int, recipients: int) -> Spent:
    """Take back what was booked on this moment and never reached the provider."""
    seconds = int(at.timestamp())
    slots = {}
    for window in WINDOWS:
        number = seconds // window.slot
        slots[window.name] = tuple(
            (one, max(0, had - messages), max(0, people - recipients)) if one == number else (one, had, people)
            for one, had, people in spent.slots.get(window.name, ())
        )
    return replace(spent, slots=slots)


def slowed(spent: Spent, now: datetime) -> Spent:
    """Halve the rate after a "too many", once a minute at most, and rest."""
    spent, now = as_of(spent, now)
    again = spent.slowed_at is not None and now < spent.slowed_at + REST
    level = _level(spent, now) + (not again)
    return replace(spent, level=min(level, SLOWEST), slowed_at=spent.slowed_at if again else now, rest_until=now + REST)


def opens_at(limits: Limits, spent: Spent, now: datetime) -> dict[Lane, datetime | None]:
    """Say when each lane may send its next message; None: now."""
    spent, now = as_of(spent, now)
    rest = spent.rest_until if _resting(spent, now) else None
    times: dict[Lane, datetime | None] = {}
    for lane in Lane:
        waits = [at for cap in _caps(limits, spent, now) if (at := _opens(cap, lane, spent, now)) is not None]
        times[lane] = max([*waits, rest] if rest else waits, default=None)
    return times


def left(limits: Limits, spent: Spent, now: datetime) -> BudgetLeft:
    """Say it for people: by the limit that allows least."""
    at = opens_at(limits, spent, now)[Lane.HUMAN]
    settled, now = as_of(spent, now)
    tight = min(
        ((cap.most - _used(cap, settled, now), cap) for cap in _caps(limits, settled, now)),
        key=lambda one: one[0],
        default=None,
    )
    if tight is None and at is None:
        return BudgetLeft()
    slow = " (slowed down: its provider said it was too many)" if _level(settled, now) else ""
    number = max(0, tight[0]) if tight and at is None else 0
    unit = ("", "messages", "recipients")[tight[1].column] if tight else "messages"
    words = f"{number} of {tight[1].most} {unit} a {tight[1].window.name} left{slow}" if tight else f"resting{slow}"
    return BudgetLeft(number, words, at)


def mass_refusal(limits: Limits, spent: Spent, recipients: int, waiting: int, account: str, now: datetime) -> str:
    """Say why a message to so many cannot be sent by this account; "" when it can. ``waiting``: mails queued already.

    Only a day's limit refuses: what a minute or an hour does not hold waits for the next.
    """
    spent, now = as_of(spent, now)
    day = [(cap, _used(cap, spent, now)) for cap in _caps(limits, spent, now) if cap.window.name == "day"]
    if recipients <= MASS or not day:
        return ""
    cap, used = min(day, key=lambda one: one[0].most - one[1])
    room = max(0, cap.most - used - waiting)
    if recipients <= room:
        return ""
    return (
        f"This goes to {recipients} people, and {account} may send {room} more mails now ({cap.most} a day, "
        f"{used} sent, {waiting} waiting)."
    )


def as_of(spent: Spent, now: datetime) -> tuple[Spent, datetime]:
    """Forget what no window holds any more; also the moment to count from.

    Where clocks differ a little, time stands still until the slower one is there. What a clock booked that has been
    set back since, counts as spent now: nothing is sent twice as fast, and nothing waits for that clock's time.
    """
    seconds = now.timestamp()
    newest = max(
        (slots[-1][0] * window.slot for window in WINDOWS if (slots := spent.slots.get(window.name))), default=0
    )
    if newest > seconds + CLOCKS_DIFFER:
        spent = replace(spent, slots={window.name: _redated(spent, window, int(seconds)) for window in WINDOWS})
    elif newest > seconds:
        now, seconds = datetime.fromtimestamp(newest, UTC), float(newest)
    kept = {
        window.name: tuple(one for one in spent.slots.get(window.name, ()) if _end(one, window) > seconds)
        for window in WINDOWS
    }
    slowed_at, rest_until = spent.slowed_at, spent.rest_until
    if slowed_at and slowed_at > now + timedelta(seconds=CLOCKS_DIFFER):
        slowed_at = now
    if rest_until and rest_until > now + REST + timedelta(seconds=CLOCKS_DIFFER):
        rest_until = now + REST
    return replace(spent, slots=kept, slowed_at=slowed_at, rest_until=rest_until), now


def _caps(limits: Limits, spent: Spent, now: datetime) -> Iterable[_Cap]:
    """Every limit in force. Slowing down touches the rates, not what may be sent in a day."""
    level = _level(spent, now)
    for window in WINDOWS:
        for column, unit in ((1, "messages"), (2, "recipients")):
            most: int | None = getattr(limits, f"{unit}_per_{window.name}")
            if level and window.name == "minute" and unit == "messages" and most is None:
                most = BASE_PER_MINUTE
            if most is not None:
                yield _Cap(window, column, most if window.name == "day" else max(min(most, 1), most >> level))


def _level(spent: Spent, now: datetime) -> int:
    if not spent.level or spent.slowed_at is None:
        return 0
    return max(0, spent.level - max(0, (now - spent.slowed_at) // RECOVER))


def _resting(spent: Spent, now: datetime) -> bool:
    return spent.rest_until is not None and spent.rest_until > now


def _share(most: int, lane: Lane) -> int:
    part, whole = SHARES[lane]
    return max(min(most, 1), most * part // whole)


def _used(cap: _Cap, spent: Spent, now: datetime) -> int:
    seconds = now.timestamp()
    slots = spent.slots.get(cap.window.name, ())
    return sum(one[cap.column] for one in slots if _end(one, cap.window) > seconds)


def _opens(cap: _Cap, lane: Lane, spent: Spent, now: datetime) -> datetime | None:
    room = _share(cap.most, lane) - _used(cap, spent, now)
    if room > 0:
        return None
    for slot in spent.slots.get(cap.window.name, ()):
        room += slot[cap.column]
        if room > 0:
            return datetime.fromtimestamp(_end(slot, cap.window), UTC)
    return now + timedelta(seconds=cap.window.seconds)  # a limit of nothing


def _end(slot: Slot, window: Window) -> int:
    """Say when a slot has left the window: its newest moment counts."""
    return (slot[0] + 1) * window.slot + window.seconds


def _added(slots: tuple[Slot, ...], number: int, messages: int, recipients: int) -> tuple[Slot, ...]:
    if slots and slots[-1][0] == number:
        _, had, people = slots[-1]
        return (*slots[:-1], (number, had + messages, people + recipients))
    return (*slots, (number, messages, recipients))


def _redated(spent: Spent, window: Window, seconds: int) -> tuple[Slot, ...]:
    slots = spent.slots.get(window.name, ())
    if not slots:
        return ()
    return ((seconds // window.slot, sum(one[1] for one in slots), sum(one[2] for one in slots)),)
