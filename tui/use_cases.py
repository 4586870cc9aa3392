"""One agent’s use cases, each one transaction; blocking: ``tui.desk`` runs them in a thread and imports them late."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from models.services import draft_files, drafts, presence, quarantine, reply, resend, triage, typed, undo
from models.store.database import Database
from models.types.draft import DraftView, SendResult, Undone
from models.types.draft_mode import DraftMode
from models.types.mail import IncomingMail
from models.types.sender import SenderOptions
from tui import attaching

T = TypeVar("T")


class UseCases:
    """What ``tui.bridge.Desk`` writes. ``terminal`` names this terminal in the presence table."""

    def __init__(
        self,
        url: str,
        *,
        agent_id: int,
        terminal: str,
        hold_seconds: float,
        clock: Callable[[], datetime],
        key_file: Path | None = None,
    ) -> None:
        self._database = Database(url, key_file=key_file)
        self._me = agent_id
        self._terminal = terminal
        self._hold_seconds = hold_seconds
        self._now = clock

    def open_draft(self, record_id: int, mode: DraftMode) -> DraftView:
        """Continue my draft, or begin one."""
        return self._database.write(drafts.open_draft, record_id, mode, self._me, self._now())

    def save_draft(self, draft_id: int, subject: str, text: str, to: tuple[str, ...] | None) -> DraftView:
        """Keep it as typed."""
        return self._database.write(drafts.save, draft_id, self._me, subject=subject, text=text, to=to, now=self._now())

    def senders(self, draft_id: int) -> SenderOptions:
        """List the addresses it could go out as."""
        return self._database.read(drafts.senders, draft_id, self._me)

    def choose_sender(self, draft_id: int, address: str) -> DraftView:
        """Let it go out as this address."""
        return self._database.write(drafts.choose_sender, draft_id, self._me, address, self._now())

    def attach_file(self, draft_id: int, path: str) -> DraftView:
        """Attach a file of this machine."""
        name, content = attaching.read(path)
        return self._database.write(draft_files.attach, draft_id, self._me, name=name, content=content, now=self._now())

    def detach_file(self, draft_id: int, file_id: int) -> DraftView:
        """Take a file off."""
        return self._database.write(draft_files.detach, draft_id, self._me, file_id)

    def discard_draft(self, draft_id: int) -> Undone:
        """Throw it away."""
        return self._database.write(drafts.discard, draft_id, self._me, self._now())

    def keep_form(self, form: str, said: Mapping[str, str]) -> None:
        """Keep what is typed into a form."""
        self._database.write(typed.keep, self._me, form, said)

    def take_form(self, form: str) -> dict[str, str]:
        """Give what was kept of it, once."""
        return self._database.write(typed.take, self._me, form)

    def send(self, draft_id: int, base: int) -> SendResult:
        """Send a reply or log a note."""
        return self._database.write(
            reply.send,
            draft_id=draft_id,
            agent_id=self._me,
            base=base,
            now=self._now(),
            hold_seconds=self._hold_seconds,
        )

    def take(self, record_id: int) -> str:
        """Assign it to me."""
        return self._database.write(triage.take, record_id, self._me, self._now())

    def done(self, record_id: int) -> str:
        """Nobody needs to act any more."""
        return self._database.write(triage.done, record_id, self._me, self._now())

    def reopen(self, record_id: int) -> str:
        """It needs us again."""
        return self._database.write(triage.reopen, record_id, self._me, self._now())

    def follow(self, record_id: int, on: bool) -> str:
        """Follow or unfollow it."""
        return self._database.write(triage.follow, record_id, self._me, on, self._now())

    def undo(self) -> Undone:
        """Take back the newest thing I did."""
        return self._database.write(undo.undo_newest, self._me, self._now())

    def place_mail(self, raw_id: int, mail: IncomingMail, number: int) -> str:
        """Put a quarantined mail on a record."""
        return self._database.write(quarantine.attach, raw_id, mail, number, self._me, self._now())

    def open_record_from_mail(self, raw_id: int, mail: IncomingMail, kind: str, from_now_on: str) -> str:
        """Open a record from a quarantined mail."""
        return self._database.write(
            quarantine.open_record, raw_id, mail, kind, self._me, self._now(), from_now_on=from_now_on
        )

    def mark_spam(self, raw_id: int, mail: IncomingMail, from_now_on: str) -> str:
        """Take a quarantined mail out as spam."""
        return self._database.write(quarantine.mark_spam, raw_id, mail, self._me, self._now(), from_now_on=from_now_on)

    def make_contact(self, raw_id: int, mail: IncomingMail) -> str:
        """Make the sender of a quarantined mail a customer."""
        return self._database.write(quarantine.make_contact, raw_id, mail, self._me, self._now())

    def resend(self, delivery_id: int, address: str) -> str:
        """Try a copy again, there or elsewhere."""
        return self._database.write(resend.resend, delivery_id, self._now(), address)

    def look(self, record_id: int | None, composing: bool) -> None:
        """Say which record is open here."""
        self._database.write(
            presence.look,
            terminal=self._terminal,
            agent_id=self._me,
            record_id=record_id,
            composing=composing,
            now=self._now(),
        )

    def leave(self) -> None:
        """Nothing is open here any more."""
        self._database.write(presence.leave, terminal=self._terminal, now=self._now())

    def with_database(self, work: Callable[[Database], T]) -> T:
        """Do something else with the database."""
        return work(self._database)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()
