"""The loaded stretch of the record list and the cursor in it; plain state, no screen.

The cursor rule: the record under the cursor never changes by itself. While the cursor is on it, it keeps its place
in the list although its position changed or the view no longer selects it, and it keeps its row on the screen
whenever scrolling allows.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.types.record import ListRow, Place

MARGIN = 100  # rows to have loaded beyond the screen on each side, so that a key never waits
PAGE = 200  # rows a read brings
KEEP = 1000  # rows kept; the far side is dropped beyond that


@dataclass
class RecordWindow:
    """Rows in list order from somewhere to somewhere, the cursor's index and the first row on the screen."""

    rows: list[ListRow] = field(default_factory=list)
    cursor: int = 0
    top: int = 0
    height: int = 1
    at_start: bool = True
    at_end: bool = True
    pin: Place | None = None  # where the cursor's record stays while the cursor is on it
    fresh: set[int] = field(default_factory=set)  # ids that arrived and were not on the screen yet
    ahead: set[int] = field(default_factory=set)  # ids that arrived above the first loaded row

    @property
    def current(self) -> ListRow | None:
        """The row under the cursor; None in an empty list."""
        return self.rows[self.cursor] if self.rows else None

    @property
    def new_above(self) -> int:
        """How many arrived above the visible part and were not seen."""
        return sum(row.id in self.fresh for row in self.rows[: self.top]) + len(self.ahead)

    @property
    def first_place(self) -> Place | None:
        """The first loaded row's place; None when the list is loaded from its start."""
        return None if self.at_start or not self.rows else self._key(0)

    @property
    def edge(self) -> Place | None:
        """The place just above the first loaded row, to read the same stretch again; None as for ``first_place``."""
        first = self.first_place
        return None if first is None else Place(first.position, first.id - 1)

    def load(self, rows: Sequence[ListRow], *, at_start: bool, at_end: bool, to_end: bool = False) -> None:
        """Begin anew with these rows, the cursor at the first or the last of them."""
        self.rows = list(rows)
        self.at_start, self.at_end = at_start, at_end
        self.fresh.clear()
        self.ahead.clear()
        self.pin = None
        self.top = 0
        self.cursor = 0
        self.put(len(self.rows) - 1 if to_end else 0)

    def merge(self, rows: Sequence[ListRow], current: ListRow | None, *, at_end: bool) -> None:
        """Take the same stretch as it is now. ``current``: the cursor's record read again, None when it is gone.

        A record that is gone stays as it was last seen until the cursor leaves it.
        """
        before = {row.id: row.place for row in self.rows}
        kept = self.current
        self.at_end = at_end
        if kept is None:
            self.rows = list(rows)
            self.put(0)
            self.fresh.clear()
            return
        others = [row for row in rows if row.id != kept.id]
        pin = self.pin or kept.place
        at = bisect_left(others, pin, key=lambda row: row.place)
        others.insert(at, current or kept)
        self._hold_screen_row(others, at)
        self.fresh |= {row.id for row in others if row.id not in before or row.place < before[row.id]}
        self.fresh.discard(kept.id)
        self._seen()

    def extend_below(self, rows: Iterable[ListRow], *, at_end: bool) -> None:
        """Append the next page; drops the far side when too much is kept."""
        self.at_end = at_end
        known = {row.id for row in self.rows}
        self.rows.extend(row for row in rows if row.id not in known)
        drop = min(len(self.rows) - KEEP, self.top - MARGIN)
        self.forget_above(min(drop, self.cursor))

    def extend_above(self, rows: Sequence[ListRow], *, at_start: bool) -> None:
        """Put the page above in front; the screen shows the same rows as before."""
        self.at_start = at_start
        known = {row.id for row in self.rows}
        added = [row for row in rows if row.id not in known]
        self.rows[:0] = added
        self.cursor += len(added)
        self.top += len(added)
        self.fresh |= self.ahead & {row.id for row in added}
        self.ahead -= {row.id for row in added}
        if len(self.rows) > KEEP and self.top + self.height + MARGIN < KEEP:
            del self.rows[KEEP:]
            self.at_end = False

    def forget_above(self, count: int) -> None:
        """Drop that many rows at the start; only rows above the screen."""
        if count > 0:
            del self.rows[:count]
            self.cursor, self.top, self.at_start = self.cursor - count, self.top - count, False

    def put(self, index: int) -> None:
        """Move the cursor to an index (clamped); scrolls half a page when it would leave the screen."""
        if not self.rows:
            self.cursor = self.top = 0
            self.pin = None
            return
        target = min(max(index, 0), len(self.rows) - 1)
        if target != self.cursor or self.pin is None:
            self.cursor = self._leave(target)
            self.pin = self.rows[self.cursor].place
        self._scroll()
        self._seen()

    def resize(self, height: int) -> None:
        """Take the number of rows on the screen."""
        self.height = max(height, 1)
        self._scroll()
        self._seen()

    def drop_current(self) -> ListRow | None:
        """Take the cursor's record out; the cursor stays at the same index, on the next record."""
        if not self.rows:
            return None
        gone = self.rows.pop(self.cursor)
        self.pin = None
        if self.rows:
            self.cursor = min(self.cursor, len(self.rows) - 1)
            self.pin = self.rows[self.cursor].place
        else:
            self.cursor = 0
        self._scroll()
        self._seen()
        return gone

    def reveal(self, row: ListRow) -> None:
        """Put the cursor on a record, taking it in where it belongs if it is not loaded."""
        for index, one in enumerate(self.rows):
            if one.id == row.id:
                self.put(index)
                return
        at = bisect_left(self.rows, row.place, key=lambda one: one.place)
        self.rows.insert(at, row)
        if at <= self.cursor and len(self.rows) > 1:
            self.cursor += 1
        self.put(at)

    def find(self, row_id: int) -> int | None:
        """The index of a record; None when it is not loaded."""
        return next((index for index, row in enumerate(self.rows) if row.id == row_id), None)

    def _key(self, index: int) -> Place:
        return self.pin if index == self.cursor and self.pin is not None else self.rows[index].place

    def _leave(self, target: int) -> int:
        """Let the record the cursor leaves go to its real place; returns the target's new index."""
        if self.pin is None or target == self.cursor or self.cursor >= len(self.rows):
            return target
        left = self.rows[self.cursor]
        if left.place == self.pin:
            return target
        wanted = self.rows[target].id
        others = self.rows[: self.cursor] + self.rows[self.cursor + 1 :]
        at = bisect_left(others, left.place, key=lambda row: row.place)
        if not ((at == 0 and not self.at_start) or (at == len(others) and not self.at_end)):
            others.insert(at, left)
        landed = next(index for index, row in enumerate(others) if row.id == wanted)
        screen_row = target - self.top
        self.rows = others
        self.top = max(landed - screen_row, 0)
        return landed

    def _hold_screen_row(self, rows: list[ListRow], cursor: int) -> None:
        screen_row = self.cursor - self.top
        self.rows, self.cursor = rows, cursor
        self.top = min(max(cursor - screen_row, 0), max(len(rows) - self.height, 0))
        self._scroll()

    def _scroll(self) -> None:
        half = max(self.height // 2, 1)
        last = max(len(self.rows) - self.height, 0)
        if self.cursor >= self.top + self.height:
            self.top = max(self.top + half, self.cursor - self.height + 1)
        elif self.cursor < self.top:
            self.top = min(self.top - half, self.cursor)
        self.top = min(max(self.top, 0), last) if self.at_end else max(self.top, 0)
        self.top = min(self.top, self.cursor)

    def _seen(self) -> None:
        if self.fresh:
            self.fresh -= {row.id for row in self.rows[self.top : self.top + self.height]}
        if self.top == 0 and self.at_start:
            self.ahead.clear()
