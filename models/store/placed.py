"""Where a raw mail ended up; plain reads."""

from dataclasses import dataclass

from models.store.plain import Reader


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A record a mail was put on."""

    id: int
    kind: str
    number: int


def records_of(reader: Reader, raw_id: int) -> tuple[OnRecord, ...]:
    """Return the records a raw mail stands on, in the order it was put there; () when on none."""
    found = reader.rows(
        "SELECT r.id, r.kind, r.number FROM message m JOIN record r ON r.id = m.record_id "
        "WHERE m.raw_id = :raw ORDER BY m.id",
        raw=raw_id,
    )
    return tuple(OnRecord(row["id"], row["kind"], row["number"]) for row in found)
