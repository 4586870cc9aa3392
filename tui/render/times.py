"""Times and durations in few cells. ``now`` carries the reader's time zone."""

from datetime import datetime

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800


def age(then: datetime, now: datetime) -> str:
    """Say how long ago, in at most four cells: "now", "5m", "3h", "2d", "9w"; a time to come is "now"."""
    seconds = int((now - then).total_seconds())
    if seconds < MINUTE:
        return "now"
    for limit, unit, letter in ((HOUR, MINUTE, "m"), (DAY, HOUR, "h"), (4 * WEEK, DAY, "d")):
        if seconds < limit:
            return f"{seconds // unit}{letter}"
    return f"{min(seconds // WEEK, 999)}w"


def clock(then: datetime, now: datetime) -> str:
    """Say when: "14:02" today, "Mon 14:02" within a week, else "3 Nov 14:02", with the year when it is another."""
    local = then.astimezone(now.tzinfo)
    time = f"{local:%H:%M}"
    days = (now.date() - local.date()).days
    if days == 0:
        return time
    if 0 < days < 7:
        return f"{local:%a} {time}"
    if local.year == now.year:
        return f"{local.day} {local:%b} {time}"
    return f"{local.day} {local:%b %Y} {time}"


def seconds_left(until: datetime, now: datetime) -> int:
    """Count whole seconds until then, at least 0."""
    return max(0, round((until - now).total_seconds()))
