"""The composer: swapped in below the thread, saved as typed, finished from a review bar.

Its mode comes from the key that opened it and shows in words and in its border (R12). Who gets the text is
computed by the desk with every save and stays in sight.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.worker import Worker

from models.rules.sender import following
from models.types.draft import DraftView, NotSendable, SendResult, Sent, Stopped
from models.types.draft_mode import DraftMode
from models.types.errors import NightdeskError, NotAllowed
from tui.bridge import Desk
from tui.panels.sender_list import SenderList
from tui.render.draft import draft_head, news_lines, problem_lines, review_keys
from tui.render.ink import Line
from tui.widgets.drained import drained
from tui.widgets.fault import fault_of
from tui.widgets.painted import Lines
from tui.widgets.text_keys import WrittenText

SAVE_PAUSE = 0.5  # seconds without a key before the text is saved
TEXT_IN_SIGHT = 2  # lines of the text beside a list of addresses


@dataclass(frozen=True, slots=True)
class Closed:
    """How a draft was left. ``done``: the record is to be done as well."""

    record_id: int
    result: Sent | None  # None: kept, discarded, or never opened
    done: bool
    sentence: str


class Composer(Vertical, can_focus=True):
    """One draft at a time; focus on the text means writing, focus on the composer itself means the review bar."""

    class Turned(Message):
        """It opened, or changed between writing and review."""

    def __init__(self, desk: Desk, closed: Callable[[Closed], None], *, id: str | None = None) -> None:
        """``closed`` is called at once, not by message: the next key must find the keys where they belong."""
        super().__init__(id=id)
        self._desk = desk
        self._closed_as = closed
        self.draft: DraftView | None = None
        self.mode: DraftMode | None = None  # set from the key on, before the draft is read
        self._record_id = 0
        self._base: int | None = None  # raised by "send anyway"
        self._saved: tuple[str, str, tuple[str, ...] | None] | None = None
        self._subject = ""
        self._to: tuple[str, ...] | None = None
        self._timer: Timer | None = None
        self._saving = asyncio.Lock()
        self._there = asyncio.Event()  # the draft was read, or could not be
        self._trouble: tuple[Line, ...] = ()
        self._refusal: tuple[Line, ...] = ()  # of an address or a send; until the draft changes
        self.idle = asyncio.Event()  # nothing is being sent, kept or thrown away just now
        self.idle.set()

    def compose(self) -> ComposeResult:
        """Lay out recipients, text and review bar."""
        yield Lines(id="draft-head")
        yield SenderList(id="draft-senders")
        text = WrittenText(id="draft-text", soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        text.cursor_blink = False  # a blinking cursor is traffic on an idle line
        yield text
        yield Lines(id="draft-review")

    @property
    def text(self) -> WrittenText:
        """The text being written."""
        return self.query_one("#draft-text", WrittenText)

    @property
    def writing(self) -> bool:
        """Letters are text; true from the moment the text takes the keys."""
        return self.screen.focused is self.text

    @property
    def unsaved(self) -> bool:
        """Something typed is not in the database yet."""
        return self.draft is not None and self._saved != self._typed()

    # -- opening

    def open(self, record_id: int, mode: DraftMode) -> None:
        """Begin or continue my draft on a record; typing may start before it is read."""
        self._begin(record_id, mode)
        self._open(record_id, mode, self._there)

    def resume(self, draft: DraftView) -> None:
        """Show a draft that came back by undo."""
        self._begin(draft.record_id, draft.mode)
        self._take(draft)
        self._there.set()

    def _begin(self, record_id: int, mode: DraftMode) -> None:
        self.mode, self._record_id, self.draft, self._base = mode, record_id, None, None
        self._there = asyncio.Event()
        self._trouble = self._refusal = ()
        self._senders.fold()
        self.text.load_text("")
        self.set_class(mode is DraftMode.NOTE, "note")
        self.border_title = "NOTE – stays inside" if mode is DraftMode.NOTE else "REPLY – goes out by mail"
        self.display = True
        self._repaint()
        self.write()

    @work(exclusive=True, group="draft-open", exit_on_error=False)
    async def _open(self, record_id: int, mode: DraftMode, there: asyncio.Event) -> None:
        try:
            self._take(await self._desk.open_draft(record_id, mode))
        except NightdeskError:
            self._close("")
            raise
        finally:
            there.set()

    def _take(self, draft: DraftView) -> None:
        """Put the stored text before what was typed meanwhile."""
        self.draft = draft
        self._subject, self._to = draft.subject, draft.to
        self._saved = (draft.subject, draft.text, draft.to)
        if draft.text:
            self.text.load_text(draft.text + self.text.text)
        self.text.move_cursor(self.text.document.end)
        self._repaint()

    # -- saving

    def _typed(self) -> tuple[str, str, tuple[str, ...] | None]:
        return self._subject, self.text.text, self._to

    def on_text_area_changed(self) -> None:
        """Save when the keys rest."""
        if self._refusal:
            self._refusal = ()
            self._repaint()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SAVE_PAUSE, self._save_later)

    def on_descendant_blur(self) -> None:
        """Save when the text is left."""
        if self.mode is not None:
            self._save_later()

    @work(group="draft-save", exit_on_error=False)
    async def _save_later(self) -> None:
        await self.save()

    async def save(self) -> None:
        """Write what was typed; returns when it is committed. Raises ``NightdeskError`` with the text kept.

        What is typed before the draft was read waits for it: the line may drop just then.
        """
        if self.mode is not None:
            await drained(self.text)
            await self._there.wait()
        async with self._saving:
            while self.draft is not None and self.unsaved:
                subject, text, to = typed = self._typed()
                draft = self.draft
                answer = await self._desk.save_draft(draft.id, subject=subject, text=text, to=to)
                if self.draft is None or self.draft.id != draft.id:
                    return
                self.draft, self._saved = answer, typed
                self._repaint()

    # -- review

    def write(self) -> None:
        """Go on writing."""
        if self.mode is None:
            return
        self.screen.set_focus(self.text)
        self._repaint()
        self.post_message(self.Turned())

    def review(self) -> None:
        """Stop writing and show what can be done with it."""
        if self.mode is None:
            return
        self._senders.fold()
        self.screen.set_focus(self)
        self._repaint()
        self.post_message(self.Turned())

    def send(self, *, done: bool = False) -> None:
        """Send it; stopped by news or problems it stays open and says what they are."""
        if self.mode is not None and self.idle.is_set():
            self.idle.clear()
            self._refusal = ()
            self._send(done)

    @work(group="draft-close", exit_on_error=False)
    async def _send(self, done: bool) -> None:
        try:
            await self.save()
            draft = self.draft
            if draft is None:
                return
            base = draft.base if self._base is None else self._base
            self._answered(await self._desk.send(draft.id, base=base), done)
        finally:
            self.idle.set()

    def _answered(self, result: SendResult, done: bool) -> None:
        if isinstance(result, Sent):
            self._close("Noted." if self.mode is DraftMode.NOTE else "Reply written.", result, done)
            return
        width = max(self.size.width, 40)
        if isinstance(result, Stopped):
            self._base = result.newest
            self._trouble = tuple(news_lines(result.news, width))
        elif isinstance(result, NotSendable):
            self._refusal = tuple(problem_lines(result.problems, width))
        self.review()

    def keep(self) -> None:
        """Save and close; the same key opens it again."""
        if self.mode is not None and self.idle.is_set():
            self.idle.clear()
            self._keep()

    @work(group="draft-close", exit_on_error=False)
    async def _keep(self) -> None:
        try:
            await self.save()
            empty = not self.text.text.strip()
            self._close("" if empty else "Draft kept.")
        finally:
            self.idle.set()

    def discard(self) -> None:
        """Throw it away; ``z`` brings it back."""
        if self.mode is not None and self.idle.is_set():
            self.idle.clear()
            self._discard()

    @work(group="draft-close", exit_on_error=False)
    async def _discard(self) -> None:
        try:
            await self.save()
            if self.draft is not None:
                undone = await self._desk.discard_draft(self.draft.id)
                self._close(undone.sentence)
        finally:
            self.idle.set()

    def choose_recipients(self, addresses: str) -> None:
        """Choose the recipients; "" goes back to the computed ones."""
        chosen = tuple(part.strip() for part in addresses.replace(";", ",").split(",") if part.strip())
        self._to, self._refusal = chosen or None, ()
        self._save_later()

    def change_subject(self, subject: str) -> None:
        """Change the subject."""
        self._subject, self._refusal = " ".join(subject.split()), ()
        self._save_later()

    # -- files

    def attach(self, path: str) -> None:
        """Attach a file of this machine."""
        self._change_files(lambda draft: self._desk.attach_file(draft.id, path))

    def detach(self) -> None:
        """Take the newest file off."""
        files = self.draft.files if self.draft is not None else ()
        if files:
            self._change_files(lambda draft: self._desk.detach_file(draft.id, files[-1].id))
        elif self.draft is not None:
            self._refusal = tuple(problem_lines(["No file is attached: a attaches one."], self._width))
            self._repaint()

    def _change_files(self, change: Callable[[DraftView], Awaitable[DraftView]]) -> None:
        if self.mode is not None and self.idle.is_set():
            self.idle.clear()  # a send waits for the file
            self._changed_files(change)

    @work(group="draft-files", exit_on_error=False)
    async def _changed_files(self, change: Callable[[DraftView], Awaitable[DraftView]]) -> None:
        try:
            await self.save()
            async with self._saving:
                if self.draft is not None:
                    self.draft = await change(self.draft)
            self._repaint()
        finally:
            self.idle.set()

    # -- who it is from

    def next_sender(self) -> None:
        """Let it go out as the next address there is; the last one is followed by what the rules say."""
        self._turn_sender()

    def choose_sender(self, address: str) -> None:
        """Let it go out as this address; "-" leaves it to the rules."""
        self._turn_sender(address)

    @work(group="draft-sender", exit_on_error=False)
    async def _turn_sender(self, address: str | None = None) -> None:
        await self._there.wait()
        async with self._saving:
            if self.draft is None:
                return
            try:
                await self._send_as(self.draft, address)
            except NotAllowed as error:  # said where there is room for all of it
                self._refusal = tuple(problem_lines([f"{error} {error.remedy}".strip()], self._width))
                self._senders.fold()
            self._repaint()

    async def _send_as(self, draft: DraftView, address: str | None) -> None:
        if address is None:
            address = following(await self._desk.senders(draft.id), draft.chosen)
        if address is None:
            raise NotAllowed("There is no other address it may go out as.", "Ctrl-T lists them, and why not.")
        answer = await self._desk.choose_sender(draft.id, "" if address == "-" else address)
        if self.draft is None or self.draft.id != draft.id:
            return
        self.draft, self._trouble, self._refusal = answer, (), ()
        if self._senders.display:
            options = await self._desk.senders(draft.id)
            self._senders.paint(options, answer.chosen, self._width, self._room)

    def list_senders(self) -> None:
        """List the addresses it could go out as, go on in the list, and close it at its end."""
        self._list_senders()

    @work(group="draft-sender", exit_on_error=False)
    async def _list_senders(self) -> None:
        await self._there.wait()
        async with self._saving:
            if self.draft is not None:
                options = await self._desk.senders(self.draft.id)
                self._senders.turn_page(options, self.draft.chosen, self._width, self._room)

    @property
    def _senders(self) -> SenderList:
        return self.query_one("#draft-senders", SenderList)

    @property
    def _width(self) -> int:
        return max(self.size.width - 4, 36)

    @property
    def _room(self) -> int:
        """Lines a list may take from the text, of which some stay in sight."""
        others = (self.query_one(where, Lines) for where in ("#draft-head", "#draft-review"))
        return self.size.height - sum(one.size.height for one in others if one.display) - TEXT_IN_SIGHT

    def _close(self, sentence: str, result: Sent | None = None, done: bool = False) -> None:
        if self._timer is not None:
            self._timer.stop()
        self.draft, self.mode, self._saved, self._trouble = None, None, None, ()
        self._senders.fold()
        self.display = False
        self._closed_as(Closed(self._record_id, result, done, sentence))

    # -- painting

    def _repaint(self) -> None:
        if self.mode is None:
            return
        head = draft_head(self.mode, self.draft, self._width)
        self._fill("#draft-head", head)
        bar = [] if self.writing else [*self._trouble, review_keys(self.mode, anyway=self._base is not None)]
        self._fill("#draft-review", [*self._refusal, *bar])

    def _fill(self, where: str, lines: list[Line]) -> None:
        widget = self.query_one(where, Lines)
        widget.display = bool(lines)
        widget.styles.height = max(len(lines), 1)
        widget.show(*lines)

    def on_focus(self) -> None:
        """Show the review bar."""
        self._repaint()

    def on_descendant_focus(self) -> None:
        """Hide the review bar."""
        self._repaint()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap recipients anew."""
        self._repaint()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a failure; the text stays."""
        fault = fault_of(event, reading=False)
        if fault is not None:
            self.post_message(fault)
            self._trouble = ()
