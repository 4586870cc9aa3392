"""The fetching half of a trial, over IMAP or POP3: what is there, and whether our letters arrive."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from gateway.transports.certificate import Certificate
from gateway.transports.faults import TransportFault
from gateway.transports.imap import ImapSession
from gateway.transports.imap_deeds import delete
from gateway.transports.pop3 import PopSession
from gateway.transports.pop3_wire import Patience as PopPatience
from gateway.trial.words import Trouble, of_fault
from models.types.account import AccountPlan, Cursor, Endpoint

JUNK = ("junk", "spam", "bulk", "unwanted", "indésirables", "werbung")
NEWEST = 20  # mails of a junk folder that are looked through

Known = Callable[[bytes], str]  # which of our letters a mail is; "" for none


class FetchingHalf(Protocol):
    """``connect``, ``log_in``, ``look``, then ``news`` as long as letters are awaited; ``close`` in any case."""

    protocol: str
    endpoint: Endpoint
    logged_in: bool

    @property
    def certificate(self) -> Certificate | None:
        """What the server proved itself with."""

    async def connect(self) -> None:
        """Connect and agree on encryption; no word of the login."""

    async def log_in(self) -> None:
        """Log in."""

    async def look(self) -> str:
        """List what is there and remember it; a sentence about it."""

    async def news(self, known: Known, seconds: float) -> dict[str, bytes]:
        """Wait a little, then return those of our letters that came since."""

    async def elsewhere(self, known: Known) -> str:
        """Name the folder a letter ended up in instead; "" when it is in none."""

    async def close(self) -> None:
        """End the connection; take our letters away where the protocol lets us."""


def half(plan: AccountPlan, seconds: float, hints: Sequence[str]) -> "FetchingHalf | None":
    """Make the half an account has."""
    if plan.imap is not None:
        return ImapHalf(plan.imap, plan.folders, seconds, hints)
    return PopHalf(plan.pop3, seconds, hints) if plan.pop3 is not None else None


class ImapHalf:
    """IMAP: one connection, the folder only read."""

    protocol = "IMAP"
    logged_in = True

    def __init__(self, endpoint: Endpoint, wanted: Sequence[str], seconds: float, hints: Sequence[str]) -> None:
        self.endpoint = endpoint
        self._wanted = wanted  # the folders to fetch; our letters are awaited in the last
        self._folder = wanted[-1]
        self._hints = hints
        self._session = ImapSession(command_seconds=seconds)
        self._cursor = Cursor(0, 0)
        self._folders: tuple[str, ...] = ()
        self._ours: list[int] = []  # UIDs of our letters in the folder

    @property
    def certificate(self) -> Certificate | None:
        """What the server proved itself with."""
        return self._session.certificate

    async def connect(self) -> None:
        """Connect and agree on encryption."""
        try:
            await self._session.connect(self.endpoint)
        except TransportFault as fault:
            raise of_fault(fault, self.endpoint) from fault

    async def log_in(self) -> None:
        """Log in."""
        try:
            await self._session.log_in(self.endpoint)
        except TransportFault as fault:
            raise of_fault(fault, self.endpoint, self._hints) from fault

    async def look(self) -> str:
        """List the folders and mark the end of ours."""
        try:
            self._folders = await self._session.folders()
            missing = [one for one in self._wanted if one.upper() != "INBOX" and one not in self._folders]
            if missing:
                listed = ", ".join(self._folders[:20])
                raise Trouble(f"There is no folder {', '.join(missing)}.", f"There are: {listed}.")
            self._cursor = await self._session.place(self._folder)
            idle = (
                "tells of new mail at once" if self._session.idles else "is asked for new mail now and then (no IDLE)"
            )
        except TransportFault as fault:
            raise of_fault(fault, self.endpoint) from fault
        return f"{_counted(len(self._folders), 'folder')}; the server {idle}."

    async def news(self, known: Known, seconds: float) -> dict[str, bytes]:
        """Wait for an announcement, then fetch."""
        try:
            await self._session.wait(seconds)
            return await self._found(self._folder, known)
        except TransportFault as fault:
            raise of_fault(fault, self.endpoint) from fault

    async def elsewhere(self, known: Known) -> str:
        """Look through the newest mails of what looks like a junk folder."""
        for name in self._folders:
            if not any(word in name.lower() for word in JUNK):
                continue
            try:
                end = await self._session.place(name)
                self._cursor = Cursor(end.uidvalidity, max(0, end.last_uid - NEWEST))
                if await self._found(name, known):
                    return name
            except TransportFault:
                return ""
        return ""

    async def close(self) -> None:
        """Take our letters away and log out; a server that keeps them is no fault."""
        if self._ours:
            with suppress(TransportFault):
                if await self._session.open_for_change(self._folder) == self._cursor.uidvalidity:
                    await delete(self._session, self._ours)
        await self._session.close()

    async def _found(self, folder: str, known: Known) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        while (batch := await self._session.fetch(folder, self._cursor)) is not None:
            self._cursor = batch.cursor
            for mail in batch.mails:
                if mail.content and (part := known(mail.content)):
                    found[part] = mail.content
                    self._ours += [mail.uid] if folder == self._folder else []
        return found


class PopHalf:
    """POP3: one session for each look, since the server shows a maildrop as it was when it was opened."""

    protocol = "POP3"
    logged_in = True

    def __init__(self, endpoint: Endpoint, seconds: float, hints: Sequence[str]) -> None:
        self.endpoint = endpoint
        self._hints = hints
        self._seconds = seconds
        self._session = self._new()
        self._seen: frozenset[str] = frozenset()
        self._ours: set[str] = set()

    @property
    def certificate(self) -> Certificate | None:
        """What the server proved itself with."""
        return self._session.certificate

    async def connect(self) -> None:
        """Connect and agree on encryption."""
        try:
            await self._session.connect(self.endpoint)
        except TransportFault as fault:
            raise of_fault(fault, self.endpoint) from fault

    async def log_in(self) -> None:
        """Log in."""
        try:
            await self._session.log_in(self.endpoint)
        except TransportFault as fault:
            raise of_fault(fault, self.endpoint, self._hints) from fault

    async def look(self) -> str:
        """Read the listing with its unique ids."""
        try:
            await self._session.look()
        except TransportFault as fault:
            raise of_fault(fault, self.endpoint) from fault
        self._seen = self._session.listed
        await self._session.close()
        return f"{_counted(len(self._seen), 'message')}, each with a lasting name (UIDL)."

    async def news(self, known: Known, seconds: float) -> dict[str, bytes]:
        """Wait, open the maildrop again, read what is new, delete what is ours."""
        await asyncio.sleep(seconds)
        self._session = self._new()
        try:
            await self._session.open(self.endpoint)
            found: dict[str, bytes] = {}
            while (mails := await self._session.fetch(self._seen)) is not None:
                for mail in mails:
                    if mail.content and (part := known(mail.content)):
                        found[part] = mail.content
                        self._ours.add(mail.uidl)
                self._seen |= {mail.uidl for mail in mails}
            if self._ours:
                await self._session.delete(self._ours)
        except TransportFault as fault:
            raise of_fault(fault, self.endpoint) from fault
        finally:
            await self._session.close()
        return found

    async def elsewhere(self, known: Known) -> str:
        """POP3 knows no other folder."""
        return ""

    async def close(self) -> None:
        """End the session."""
        await self._session.close()

    def _new(self) -> PopSession:
        return PopSession(patience=PopPatience(phase_seconds=self._seconds, total_seconds=6 * self._seconds))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
