"""What keys do to the record under the cursor: asked of the desk, said in one sentence, seen at once in the list."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from models.types.draft import Undone
from models.types.errors import NightdeskError
from models.types.message import MessageView
from models.types.record import ListRow, QuarantineRow, RecordRow, View
from tui.bridge import Desk
from tui.commands import KINDS
from tui.panels.record_list import RecordList
from tui.render import wash

Say = Callable[[str], None]
Deed = Coroutine[Any, Any, None]


class Verbs:
    """The use cases of one record. Errors go up; the screen says them."""

    def __init__(self, desk: Desk, records: RecordList, say: Say) -> None:
        self._desk = desk
        self._records = records
        self._say = say

    async def take(self, row: RecordRow) -> None:
        """Assign it to me."""
        self._say(await self._desk.take(row.id))

    def done(self, row: RecordRow) -> Deed:
        """Nobody needs to act any more; the cursor goes on at the same index, at once."""
        return self._leaving(row, lambda: self._desk.done(row.id), leaves=self._records.view is not View.DONE)

    def reopen(self, row: RecordRow) -> Deed:
        """It needs us again."""
        return self._leaving(row, lambda: self._desk.reopen(row.id), leaves=self._records.view is View.DONE)

    async def follow(self, row: RecordRow, on: bool) -> None:
        """Follow it, or stop."""
        self._say(await self._desk.follow(row.id, on))

    def attach(self, row: QuarantineRow, number: str) -> Deed | None:
        """Put a quarantined mail on the record with this number; None when that is no number, which is said."""
        digits = number.strip().lstrip("#")
        if not digits.isascii() or not digits.isdigit():
            self._say(f"{number.strip()[:20]!r} is no record number.")
            return None
        return self._leaving(row, lambda: self._desk.place_mail(row.id, int(digits)), leaves=True)

    def open(self, row: QuarantineRow, kind: str, from_now_on: str) -> Deed:
        """Open a record of this kind from a quarantined mail; the beginning of a usual kind is enough."""
        usual = [one for one in KINDS if one.startswith(kind.strip().lower())]
        meant = usual[0] if len(usual) == 1 else kind.strip()
        ask = partial(self._desk.open_record_from_mail, row.id, meant, from_now_on=from_now_on)
        return self._leaving(row, ask, leaves=True)

    def spam(self, row: QuarantineRow, from_now_on: str) -> Deed:
        """Take a quarantined mail out as spam."""
        return self._leaving(row, partial(self._desk.mark_spam, row.id, from_now_on=from_now_on), leaves=True)

    async def contact(self, row: QuarantineRow) -> None:
        """Make the sender of a quarantined mail a customer."""
        self._say(await self._desk.make_contact(row.id))

    async def resend(self, delivery_id: int, address: str) -> None:
        """Send a failed, bounced or unsure copy again, to this address."""
        self._say(await self._desk.resend(delivery_id, address.strip()))

    async def save(self, message: MessageView, index: int) -> None:
        """Save a file that came with a message."""
        self._say(f"Saved as {wash.line(await self._desk.save_file(message, index), 400)}")

    async def undo(self) -> Undone:
        """Take back the newest thing."""
        undone = await self._desk.undo()
        self._say(undone.sentence)
        return undone

    def _leaving(self, row: ListRow, ask: Callable[[], Awaitable[str]], *, leaves: bool) -> Deed:
        """Take the row off the list now, before the desk is asked, so that a second key meets the next record."""
        current = self._records.current
        if leaves and current is not None and current.id == row.id:
            self._records.drop_current()
        return self._settle(row, ask)

    async def _settle(self, row: ListRow, ask: Callable[[], Awaitable[str]]) -> None:
        """Ask; the row comes back under the cursor when the desk refuses."""
        try:
            self._say(await ask())
        except NightdeskError:
            self._records.release(row.id)
            await self._records.reveal(row.id)
            raise
        self._records.release(row.id)
