"""The Date field as an aware UTC time, None when nobody can read it (RFC 5322 3.3 and what is sent instead)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_LONGEST = 200
_COMMENT = re.compile(r"\([^()]*\)?")
_COLON = re.compile(r"\s*:\s*")


def date(raw: bytes | None) -> datetime | None:
    """Read a Date field; no zone means UTC."""
    if not raw:
        return None
    text = _COMMENT.sub(" ", raw[:_LONGEST].decode("latin-1"))
    text = _COLON.sub(":", " ".join(text.split()))
    try:
        parts = parsedate_tz(text)
        if parts is None:
            return _iso(text)
        zone = timezone(timedelta(seconds=parts[9] or 0))
        year, month, day, hour, minute, second = parts[:6]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    found = datetime.fromisoformat(text.strip())
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
