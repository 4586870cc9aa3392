"""The list of mail that could not be routed, newest first; a search in it looks at sender, subject and reason."""

from collections.abc import Iterable, Sequence

from models.store.plain import Reader, Row
from models.store.values import id_list, moment
from models.types.record import Place, QuarantineRow

COLUMNS = "SELECT m.id, m.sender, m.subject, m.reason, m.received_at FROM raw_mail m"
DEPTH = 2000  # a search looks through this many, the newest


def window(
    reader: Reader, *, search: str, after: Place | None, before: Place | None, limit: int
) -> tuple[QuarantineRow, ...]:
    """Return the mails below ``after``, or just above ``before``, or from the top."""
    if search:
        found = matching(reader, search)
        if after:
            return tuple(row for row in found if row.place > after)[:limit]
        return tuple(row for row in found if row.place < before)[-limit:] if before else found[:limit]
    if after:
        return _quarantined(reader, "AND m.id < :id ORDER BY m.id DESC", id=after.id, limit=limit)
    if before:
        return _quarantined(reader, "AND m.id > :id ORDER BY m.id", id=before.id, limit=limit)[::-1]
    return _quarantined(reader, "ORDER BY m.id DESC", limit=limit)


def bottom(reader: Reader, *, search: str, limit: int) -> tuple[QuarantineRow, ...]:
    """Return the oldest ones, in list order."""
    if search:
        return matching(reader, search)[-limit:]
    return _quarantined(reader, "ORDER BY m.id", limit=limit)[::-1]


def rows(reader: Reader, ids: Sequence[int]) -> tuple[QuarantineRow, ...]:
    """Return these mails, in list order, quarantined or not; unknown ids are left out."""
    return _values(reader.rows(f"{COLUMNS} WHERE m.id IN ({id_list(ids)}) ORDER BY m.id DESC"))


def matching(reader: Reader, search: str) -> tuple[QuarantineRow, ...]:
    """Return those among the newest whose sender, subject or reason hold every word of the search."""
    wanted = search[:400].casefold().split()
    newest = _quarantined(reader, "ORDER BY m.id DESC", limit=DEPTH)
    return tuple(
        row for row in newest if all(word in f"{row.sender}\n{row.subject}\n{row.reason}".casefold() for word in wanted)
    )


def _quarantined(reader: Reader, rest: str, **facts: int) -> tuple[QuarantineRow, ...]:
    return _values(reader.rows(f"{COLUMNS} WHERE m.state = 'quarantined' {rest} LIMIT :limit", **facts))


def _values(found: Iterable[Row]) -> tuple[QuarantineRow, ...]:
    return tuple(
        QuarantineRow(
            id=row["id"],
            sender=row["sender"],
            subject=row["subject"],
            reason=row["reason"],
            received_at=moment(row["received_at"]),
            place=Place(-row["id"], row["id"]),
        )
        for row in found
    )
