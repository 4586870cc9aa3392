"""Speak POP3 (RFC 1939, STLS of RFC 2595): what is there, fetch what is new, delete what is stored.

One session per round, since the server locks the mailbox while it lasts. Deleting is two-fold: DELE marks, and only
the server's answer to QUIT makes it true.
"""

from base64 import b64encode
from collections.abc import Collection, Coroutine
from typing import TypeVar

from gateway.transports import bearer
from gateway.transports.certificate import Certificate
from gateway.transports.echo import silenced_fault
from gateway.transports.faults import FaultKind, TransportFault
from gateway.transports.pop3_listing import Entry, entries
from gateway.transports.pop3_wire import Body, Patience, PopWire
from models.types.account import Auth, Endpoint, Popped

T = TypeVar("T")

BATCH = 50
MAIL_LIMIT = 25 * 1024 * 1024
BATCH_BYTES = 32 * 1024 * 1024  # in memory at once
LISTING_LIMIT = 16 * 1024 * 1024
CAPABILITY_LIMIT = 64 * 1024


class PopSession:
    """One locked maildrop: ``open``, ``fetch`` until None, then ``delete`` or ``close``.

    Raises only ``TransportFault``; after one the session is over.
    """

    def __init__(self, *, mail_limit: int = MAIL_LIMIT, patience: Patience | None = None) -> None:
        self._mail_limit = mail_limit
        self._patience = patience or Patience()
        self._wire: PopWire | None = None
        self._entries: tuple[Entry, ...] = ()
        self._refused: set[str] = set()
        self._fault: TransportFault | None = None
        self.stuck_at = ""  # the UIDL being fetched when the session broke

    @property
    def listed(self) -> frozenset[str]:
        """The UIDLs the server has now."""
        return frozenset(entry.uidl for entry in self._entries)

    async def open(self, endpoint: Endpoint) -> None:
        """Connect, log in, read the listing. The password is sent under TLS or on loopback only."""
        await self.connect(endpoint)
        await self.log_in(endpoint)
        await self.look()

    async def connect(self, endpoint: Endpoint) -> None:
        """Do the first third of ``open``: no word of the login is said."""
        self._wire = PopWire(endpoint, self._patience)
        await self._guarded(self._wire.dial())

    async def log_in(self, endpoint: Endpoint) -> None:
        """Do the second third."""
        try:
            await self._guarded(_log_in(self._alive(), endpoint))
        except TransportFault as fault:
            raise silenced_fault(fault, endpoint) from fault

    async def look(self) -> None:
        """Do the last third: what the maildrop holds."""
        self._entries = await self._guarded(_listing(self._alive()))

    @property
    def certificate(self) -> Certificate | None:
        """What the server proved itself with; None without encryption."""
        return self._wire.certificate if self._wire is not None else None

    async def fetch(
        self, seen: Collection[str], *, limit: int = BATCH, last: Collection[str] = ()
    ) -> tuple[Popped, ...] | None:
        """Fetch at most ``limit`` messages whose UIDL is not in ``seen``, oldest first; None: nothing new.

        Those in ``last`` broke a session before and come after all others. A message the server refuses to give is
        left out and asked for again in the next session. When the connection breaks, what came whole is returned
        and the next call raises.
        """
        if self._fault is not None:
            raise self._fault
        known = self._refused.union(seen)
        brought: list[Popped] = []
        held = 0
        for entry in sorted(self._entries, key=lambda entry: (entry.uidl in last, entry.number)):
            if entry.uidl in known:
                continue
            if len(brought) >= limit or held > BATCH_BYTES:
                break
            known.add(entry.uidl)  # RFC 1939 7: two copies of one mail may share it
            try:
                popped = await self._retrieved(entry)
            except TransportFault as fault:
                self._fault, self.stuck_at = fault, entry.uidl
                if not brought:
                    raise
                break
            if popped is None:
                self._refused.add(entry.uidl)
                continue
            brought.append(popped)
            held += len(popped.content or b"")
        return tuple(brought) or None

    async def delete(self, uidls: Collection[str]) -> frozenset[str]:
        """Delete these and end the session; return those the server confirmed.

        Raises when QUIT is not answered with +OK: then nothing counts as deleted.
        """
        wire = self._alive()
        done: set[str] = set()
        refused: set[str] = set()
        try:
            for entry in self._entries:
                if entry.uidl in uidls:
                    answer = await wire.ask(f"DELE {entry.number}")
                    (done if answer.startswith("+OK") else refused).add(entry.uidl)
            answer = await wire.ask("QUIT")
            if not answer.startswith("+OK"):
                raise TransportFault(FaultKind.PROTOCOL, "The POP3 server did not delete what it was asked to.", answer)
        finally:
            self._cut()
        return frozenset(done - refused)

    async def close(self) -> None:
        """End the session without deleting anything; a server that is gone already is no fault."""
        if self._wire is None:
            return
        try:
            await self._wire.ask("QUIT")
        except TransportFault:
            return
        finally:
            self._cut()

    async def _guarded(self, dialogue: Coroutine[None, None, T]) -> T:
        try:
            return await dialogue
        except BaseException:
            self._cut()
            raise

    async def _retrieved(self, entry: Entry) -> Popped | None:
        wire = self._alive()
        try:
            if entry.size_bytes > self._mail_limit:
                head = await _asked(wire, f"TOP {entry.number} 0", self._mail_limit)
                return Popped(entry.uidl, None, entry.size_bytes, head.content if head else b"")
            body = await self._longest(wire, entry)
        except BaseException:
            self._cut()
            raise
        if body is None:
            return None
        if body.whole:
            return Popped(entry.uidl, body.content, len(body.content))
        header = body.content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        return Popped(entry.uidl, None, max(entry.size_bytes, self._mail_limit + 1), header)

    async def _longest(self, wire: PopWire, entry: Entry) -> Body | None:
        """RETR, and once more when less came than was listed: a short mail would be deleted as if it were whole."""
        longest: Body | None = None
        for _ in range(2):
            body = await _asked(wire, f"RETR {entry.number}", self._mail_limit, expected=entry.size_bytes)
            if body is not None and (longest is None or len(body.content) > len(longest.content)):
                longest = body
            if body is None or not body.whole or len(body.content) >= entry.size_bytes:
                break
        return longest

    def _alive(self) -> PopWire:
        if self._wire is None:
            raise TransportFault(FaultKind.LOST, "The POP3 connection is closed.")
        return self._wire

    def _cut(self) -> None:
        if self._wire is not None:
            self._wire.drop()
            self._wire = None


async def _log_in(wire: PopWire, endpoint: Endpoint) -> None:
    if any(sign in endpoint.user + endpoint.password for sign in "\r\n\0"):
        raise TransportFault(FaultKind.AUTH, "The user name or the password holds a line end.")
    if endpoint.auth is Auth.OAUTH:
        await _bear(wire, endpoint)
        return
    if not (endpoint.user + endpoint.password).isascii() and "PLAIN" in await _sasl(wire):
        words = f"\0{endpoint.user}\0{endpoint.password}".encode()  # USER and PASS carry ASCII only (RFC 6856 2)
        await _exchange(wire, "PLAIN", words)
        return
    for command in (f"USER {endpoint.user}", f"PASS {endpoint.password}"):
        answer = await wire.ask(command)
        if not answer.startswith("+OK"):
            raise _login_fault(answer)


async def _bear(wire: PopWire, endpoint: Endpoint) -> None:
    name = bearer.mechanism(await _sasl(wire), endpoint.host)
    await _exchange(wire, name, bearer.initial(name, endpoint))


async def _exchange(wire: PopWire, mechanism: str, words: bytes) -> None:
    """Do a SASL exchange of one answer (RFC 5034 4); a further challenge is a refusal and wants an empty line."""
    answer, said = await wire.ask(f"AUTH {mechanism}"), ""
    if answer.startswith("+ ") or answer == "+":
        answer = await wire.ask(b64encode(words).decode())
    if answer.startswith("+ "):
        said = bearer.refusal(answer[2:].strip())
        answer = await wire.ask("")
    if not answer.startswith("+OK"):
        raise _login_fault(f"{answer} {said}".strip())


async def _sasl(wire: PopWire) -> frozenset[str]:
    """Ask for the mechanisms (RFC 2449 6.3); none where the server knows no CAPA."""
    said = await _asked(wire, "CAPA", CAPABILITY_LIMIT)
    lines = said.content.decode("ascii", "replace").upper().split("\r\n") if said else []
    return frozenset(word for line in lines if line.startswith("SASL ") for word in line.split()[1:])


def _login_fault(answer: str) -> TransportFault:
    """Tell a wrong password from a mailbox in use or a server in trouble (RFC 2449 8, RFC 3206)."""
    code = answer.upper()
    if any(word in code for word in ("[IN-USE]", "[LOGIN-DELAY]", "[SYS/")):
        return TransportFault(FaultKind.REFUSED, "The POP3 server cannot open the mailbox now.", answer)
    return TransportFault(FaultKind.AUTH, "The POP3 server refused the user name or password.", answer)


async def _listing(wire: PopWire) -> tuple[Entry, ...]:
    sizes = await _asked(wire, "LIST", LISTING_LIMIT)
    names = await _asked(wire, "UIDL", LISTING_LIMIT)
    if names is None:
        raise TransportFault(
            FaultKind.PROTOCOL, "The POP3 server knows no UIDL; use IMAP or a forward for this account."
        )
    if not names.whole or (sizes is not None and not sizes.whole):
        raise TransportFault(FaultKind.PROTOCOL, "The POP3 server's listing is too long to be true.")
    return entries(sizes.content if sizes else b"", names.content)


async def _asked(wire: PopWire, command: str, limit: int, *, expected: int = 0) -> Body | None:
    """Ask for a multi-line answer; None when the server says -ERR."""
    answer = await wire.ask(command)
    return await wire.body(limit, expected=expected) if answer.startswith("+OK") else None
