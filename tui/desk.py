"""The desk behind the screen for one agent: reads as plain selects, use cases through the ORM, nothing on the loop.

The ORM takes half a second to import; ``warm`` does that once the first frame is out, or else the first write does.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeAlias, TypeVar

from models.rules.hold import HOLD_SECONDS
from models.store import counts, files, health, thread, unplaced, window
from models.store.feed import changes
from models.store.plain import Reader
from models.types.change import Change
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed, NotFound
from models.types.health import AccountHealth
from models.types.message import MessageView, Thread
from models.types.people import AgentView
from models.types.record import Counts, ListRow, Place, View
from tui import garbage

if TYPE_CHECKING:
    from pathlib import Path

    from models.store.database import Database
    from models.types.draft import DraftView, SendResult, Undone
    from models.types.mail import IncomingMail
    from models.types.sender import SenderOptions
    from tui.bridge_setup import Setup
    from tui.desk_rules import LocalRules
    from tui.setup.desk import LocalSetup
    from tui.setup.gate import Gate
    from tui.use_cases import UseCases

P = ParamSpec("P")
T = TypeVar("T")

Part = Callable[[bytes, str], Awaitable[bytes]]
Parse: TypeAlias = "Callable[[bytes], Awaitable[IncomingMail]]"

READERS = 2  # a slow search leaves one for the list
WRITERS = 2


async def _no_part(content: bytes, path: str) -> bytes:
    """Stand in where no mail is cut."""
    raise LookupError(path)


class LocalDesk:
    """A ``tui.bridge.Desk`` over one database.

    ``parse`` reads one raw mail, ``part`` cuts one file out of it, both away from this process's interpreter (in a
    child process). ``clock`` gives aware UTC.
    """

    def __init__(
        self,
        url: str,
        agent: AgentView,
        *,
        parse: Parse,
        part: Part = _no_part,
        tips: tuple[str, ...] = (),
        gate: "Callable[[], Gate] | None" = None,
        key_file: "Path | None" = None,
        hold_seconds: float = HOLD_SECONDS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url = url
        self._agent = agent
        self._tips = tips
        self._gate = gate
        self._key_file = key_file
        self._setup: LocalSetup | None = None
        self._parse = parse
        self._part = part
        self._hold_seconds = hold_seconds
        self._clock = clock
        self._reader = Reader(url)
        self._reads = ThreadPoolExecutor(READERS, "desk-read")
        self._writes = ThreadPoolExecutor(WRITERS, "desk-write")
        self._use_cases: UseCases | None = None
        self._opening = Lock()

    @property
    def agent(self) -> AgentView:
        """Who is logged in."""
        return self._agent

    @property
    def tips(self) -> tuple[str, ...]:
        """Lines a newcomer sees."""
        return self._tips

    @property
    def rules(self) -> "LocalRules":
        """Automation rules."""
        from tui.desk_rules import LocalRules

        return LocalRules(self._with_database, self._agent.login, self._clock)

    @property
    def setup(self) -> "Setup":
        """What admins set up; imported when somebody looks."""
        if self._setup is None:
            from models.store.owner import owns
            from models.types.actor import Actor
            from tui.setup.desk import LocalSetup

            if self._gate is None:
                raise NotAllowed("This desk cannot be set up from here.")
            actor = Actor(self._agent.login, owns_database=owns(self._url))
            self._setup = LocalSetup(self._with_database, actor, self._gate(), self._clock)
        return self._setup

    # -- reading

    async def window(
        self, view: View, *, search: str = "", after: Place | None = None, before: Place | None = None, limit: int = 200
    ) -> tuple[ListRow, ...]:
        """Read a page of the list."""
        return await self._read(
            window.window,
            view,
            agent_id=self._agent.id,
            now=self._clock(),
            search=search,
            after=after,
            before=before,
            limit=limit,
        )

    async def bottom(self, view: View, *, search: str = "", limit: int = 200) -> tuple[ListRow, ...]:
        """Read the last page of the list."""
        return await self._read(
            window.bottom, view, agent_id=self._agent.id, now=self._clock(), search=search, limit=limit
        )

    async def rows(self, view: View, ids: tuple[int, ...]) -> tuple[ListRow, ...]:
        """Read these rows again."""
        return await self._read(window.rows, view, ids, agent_id=self._agent.id, now=self._clock())

    async def counts(self, view: View, *, search: str = "") -> tuple[Counts, int]:
        """Count what each view and the search hold."""
        return await self._read(counts.counts, view, agent_id=self._agent.id, search=search)

    async def thread(self, view: View, row_id: int, *, limit: int = 50) -> Thread | None:
        """Read a record's newest messages, or parse one quarantined mail."""
        if view is not View.QUARANTINE:
            return await self._read(thread.thread, row_id, agent_id=self._agent.id, now=self._clock(), limit=limit)
        mail = await self._read(unplaced.unplaced, row_id)
        return unplaced.as_thread(mail, await self._parse(mail.content)) if mail else None

    async def health(self) -> tuple[AccountHealth, ...]:
        """Read the state of the mail accounts."""
        return await self._read(health.health, self._clock())

    def changes(self) -> AsyncIterator[Change]:
        """Announce what to look at again."""
        return changes(self._url)

    async def raw(self, message: MessageView) -> str:
        """Read the mail as it came, as UTF-8 where it is, else byte by byte."""
        content = await self._read(unplaced.wire, message)
        try:
            return content.decode()
        except UnicodeDecodeError:
            return content.decode("latin-1")

    async def save_file(self, message: MessageView, index: int) -> str:
        """Save a file of a message."""
        stored = await self._read(files.stored, message, index)
        if stored is None and message.record_id is None:  # a quarantined mail: its files have no rows yet
            stored = files.of_mail(await self._read(unplaced.wire, message), await self._mail(message.id), index)
        if stored is None:
            raise NotFound("This file is not there any more.")
        content = await self._cut(stored.content, stored.path) if stored.path else stored.content
        from tui import saving  # the list does not wait for it

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reads, saving.save, stored.name, stored.media_type, content)

    # -- writing

    async def open_draft(self, record_id: int, mode: DraftMode) -> "DraftView":
        """Continue my draft, or begin one."""
        return await self._write(lambda do: do.open_draft(record_id, mode))

    async def save_draft(self, draft_id: int, *, subject: str, text: str, to: tuple[str, ...] | None) -> "DraftView":
        """Keep it as typed."""
        return await self._write(lambda do: do.save_draft(draft_id, subject, text, to))

    async def senders(self, draft_id: int) -> "SenderOptions":
        """List the addresses it could go out as."""
        return await self._write(lambda do: do.senders(draft_id))

    async def choose_sender(self, draft_id: int, address: str) -> "DraftView":
        """Let it go out as this address."""
        return await self._write(lambda do: do.choose_sender(draft_id, address))

    async def attach_file(self, draft_id: int, path: str) -> "DraftView":
        """Attach a file of this machine."""
        return await self._write(lambda do: do.attach_file(draft_id, path))

    async def detach_file(self, draft_id: int, file_id: int) -> "DraftView":
        """Take a file off."""
        return await self._write(lambda do: do.detach_file(draft_id, file_id))

    async def discard_draft(self, draft_id: int) -> "Undone":
        """Throw it away."""
        return await self._write(lambda do: do.discard_draft(draft_id))

    async def keep_form(self, form: str, typed: Mapping[str, str]) -> None:
        """Keep what is typed into a form."""
        await self._write(lambda do: do.keep_form(form, typed))

    async def take_form(self, form: str) -> dict[str, str]:
        """Give what was kept of it, once."""
        return await self._write(lambda do: do.take_form(form))

    async def send(self, draft_id: int, *, base: int) -> "SendResult":
        """Send a reply or log a note."""
        return await self._write(lambda do: do.send(draft_id, base))

    async def take(self, record_id: int) -> str:
        """Assign it to me."""
        return await self._write(lambda do: do.take(record_id))

    async def done(self, record_id: int) -> str:
        """Nobody needs to act any more."""
        return await self._write(lambda do: do.done(record_id))

    async def reopen(self, record_id: int) -> str:
        """It needs us again."""
        return await self._write(lambda do: do.reopen(record_id))

    async def follow(self, record_id: int, on: bool) -> str:
        """Follow or unfollow it."""
        return await self._write(lambda do: do.follow(record_id, on))

    async def undo(self) -> "Undone":
        """Take back the newest thing I did."""
        return await self._write(lambda do: do.undo())

    async def place_mail(self, raw_id: int, number: int) -> str:
        """Put a quarantined mail on a record."""
        mail = await self._mail(raw_id)
        return await self._write(lambda do: do.place_mail(raw_id, mail, number))

    async def open_record_from_mail(self, raw_id: int, kind: str, *, from_now_on: str = "") -> str:
        """Open a record from a quarantined mail."""
        mail = await self._mail(raw_id)
        return await self._write(lambda do: do.open_record_from_mail(raw_id, mail, kind, from_now_on))

    async def mark_spam(self, raw_id: int, *, from_now_on: str = "") -> str:
        """Take a quarantined mail out as spam."""
        mail = await self._mail(raw_id)
        return await self._write(lambda do: do.mark_spam(raw_id, mail, from_now_on))

    async def make_contact(self, raw_id: int) -> str:
        """Make the sender of a quarantined mail a customer."""
        mail = await self._mail(raw_id)
        return await self._write(lambda do: do.make_contact(raw_id, mail))

    async def resend(self, delivery_id: int, address: str = "") -> str:
        """Try a copy again, there or elsewhere."""
        return await self._write(lambda do: do.resend(delivery_id, address))

    async def presence(self, record_id: int | None, composing: bool) -> None:
        """Say which record is open here."""
        await self._write(lambda do: do.look(record_id, composing))

    # -- the desk itself

    async def warm(self) -> None:
        """Import what writing needs, so that the first write does not wait for it."""
        with garbage.held():
            await self._write(lambda do: None)

    async def close(self) -> None:
        """Tell colleagues that nothing is open here any more, and let go of the database."""
        try:
            if self._use_cases is not None:
                await self._write(lambda do: do.leave())
        finally:
            self._reads.shutdown()
            self._writes.shutdown()
            self._reader.close()
            if self._use_cases is not None:
                self._use_cases.close()

    async def _mail(self, raw_id: int) -> "IncomingMail":
        mail = await self._read(unplaced.unplaced, raw_id)
        if mail is None:
            raise NotFound("This mail is not there any more.")
        return await self._parse(mail.content)

    async def _cut(self, mail: bytes, path: str) -> bytes:
        try:
            return await self._part(mail, path)
        except LookupError as error:
            raise NotFound("This mail has no such part any more.", "o shows the mail as it came.") from error

    async def _read(self, select: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._reads, lambda: select(self._reader, *args, **kwargs))

    async def _with_database(self, work: "Callable[[Database], T]") -> T:
        return await self._write(lambda do: do.with_database(work))

    async def _write(self, work: "Callable[[UseCases], T]") -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writes, lambda: work(self._ready()))

    def _ready(self) -> "UseCases":
        with self._opening:
            if self._use_cases is None:
                from tui.use_cases import UseCases  # brings the ORM; in a thread, because that takes half a second

                self._use_cases = UseCases(
                    self._url,
                    agent_id=self._agent.id,
                    terminal=os.urandom(16).hex(),
                    hold_seconds=self._hold_seconds,
                    clock=self._clock,
                    key_file=self._key_file,
                )
            return self._use_cases
