"""What keys do to the record under the cursor: asked of the desk, said in one sentence, seen at once in the list."""

from collections.abc import Awaitable, Callable

from models.types.draft import Undone
from models.types.errors import NightdeskError
from models.types.record import ListRow, QuarantineRow, RecordRow, View
from tui.bridge import Desk
from tui.panels.record_list import RecordList

Say = Callable[[str], None]


class Verbs:
    """The use cases of one record. Errors go up; the screen says them."""

    def __init__(self, desk: Desk, records: RecordList, say: Say) -> None:
        self._desk = desk
        self._records = records
        self._say = say

    async def take(self, row: RecordRow) -> None:
        """Assign it to me."""
        self._say(await self._desk.take(row.id))

    async def done(self, row: RecordRow) -> None:
        """Nobody needs to act any more; the cursor goes on at the same index."""
        await self._leaving(row, self._desk.done(row.id), leaves=self._records.view is not View.DONE)

    async def reopen(self, row: RecordRow) -> None:
        """It needs us again."""
        await self._leaving(row, self._desk.reopen(row.id), leaves=self._records.view is View.DONE)

    async def follow(self, row: RecordRow, on: bool) -> None:
        """Follow it, or stop."""
        self._say(await self._desk.follow(row.id, on))

    async def attach(self, row: QuarantineRow, number: str) -> None:
        """Put a quarantined mail on the record with this number."""
        digits = number.strip().lstrip("#")
        if not digits.isascii() or not digits.isdigit():
            self._say(f"{number.strip()[:20]!r} is no record number.")
            return
        await self._leaving(row, self._desk.place_mail(row.id, int(digits)), leaves=True)

    async def open(self, row: QuarantineRow, kind: str) -> None:
        """Open a record of this kind from a quarantined mail."""
        await self._leaving(row, self._desk.open_record_from_mail(row.id, kind.strip()), leaves=True)

    async def resend(self, delivery_id: int) -> None:
        """Send a failed, bounced or unsure copy again."""
        self._say(await self._desk.resend(delivery_id))

    async def undo(self) -> Undone:
        """Take back the newest thing."""
        undone = await self._desk.undo()
        self._say(undone.sentence)
        return undone

    async def _leaving(self, row: ListRow, answer: Awaitable[str], *, leaves: bool) -> None:
        """Take the row off the list before the desk answers; it comes back when the desk refuses."""
        current = self._records.current
        if leaves and current is not None and current.id == row.id:
            self._records.drop_current()
        try:
            self._say(await answer)
        except NightdeskError:
            self._records.release(row.id)
            await self._records.reveal(row.id)
            raise
        self._records.release(row.id)
