"""Fetch a folder's new mail and wait for more. Never sets a flag: the folder is examined, bodies are peeked."""

import asyncio
import re
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress

from aioimaplib import aioimaplib

from gateway.transports import tls
from gateway.transports.certificate import Certificate, certificate_of
from gateway.transports.dial import dial
from gateway.transports.echo import silenced_fault
from gateway.transports.faults import FaultKind, FolderGone, TransportFault, fault_of
from gateway.transports.fetch_answer import fetch_items
from gateway.transports.imap_client import COMMAND_SECONDS, Answer, ImapClient
from gateway.transports.imap_protocol import ANSWER_BYTES, LONGEST_LINE, ImapProtocol
from gateway.transports.mailbox_name import list_names, quote_mailbox
from models.types.account import Auth, Batch, Cursor, Endpoint, Fetched, Security
from models.types.failpoint import Point, reach

LARGEST_MAIL = 50_000_000  # bytes; of a larger one only the header is fetched
HEADER_BYTES = 256 * 1024  # as much of a large mail's header as is fetched
BATCH_BYTES = 32_000_000  # a batch ends early when it holds this much
SLOWEST_BYTES_PER_SECOND = 20_000  # a body that comes slower than this runs into the deadline
IDLE_SECONDS = 8 * 60.0  # servers and routers drop an IDLE after 8-10 minutes (RFC 2177 allows 29)
CLOSE_SECONDS = 2.0

_VALIDITY = re.compile(rb"\[UIDVALIDITY (\d{1,10})\]", re.IGNORECASE)
_NEXT = re.compile(rb"\[UIDNEXT (\d{1,10})\]", re.IGNORECASE)
_LATER = re.compile(r"\[(?:UNAVAILABLE|LIMIT|INUSE|SERVERBUG)\]|too many|simultaneous|try again", re.IGNORECASE)


class ImapSession:
    """One connection to one account. Raises only ``TransportFault``; after one, only ``close`` may follow."""

    def __init__(self, *, command_seconds: float = COMMAND_SECONDS, largest_mail: int = LARGEST_MAIL) -> None:
        self._seconds = command_seconds
        self._largest_mail = largest_mail
        self._client: ImapClient | None = None
        self._place: tuple[str, Cursor] | None = None  # where ``_waiting`` begins
        self._waiting: list[int] = []  # UIDs known to be there and not yet delivered, ascending

    async def open(self, endpoint: Endpoint) -> None:
        """Connect, encrypt as the endpoint demands, log in."""
        await self.connect(endpoint)
        await self.log_in(endpoint)

    async def connect(self, endpoint: Endpoint) -> None:
        """Do the first half of ``open``: no word of the login is said."""
        await self._guarded(self._dial(endpoint), endpoint)

    async def log_in(self, endpoint: Endpoint) -> None:
        """Do the second half."""
        await self._guarded(self._login(endpoint), endpoint)

    @property
    def certificate(self) -> Certificate | None:
        """What the server proved itself with; None without encryption."""
        wire = self._client.protocol.wire if self._client is not None else None
        return certificate_of(wire.get_extra_info("ssl_object")) if wire is not None else None

    @property
    def idles(self) -> bool:
        """Whether the server tells of new mail at once."""
        return "IDLE" in self._open_client().capabilities

    async def folders(self) -> tuple[str, ...]:
        """List the folders' names, those that hold mail."""
        answer = await self._say("LIST", '""', "*")
        return list_names(answer.pieces)

    async def place(self, folder: str) -> Cursor:
        """Return the cursor after everything that is in a folder now."""
        self._place, self._waiting = None, []
        validity, said = await self._opened("EXAMINE", folder)
        next_uid = _number(_NEXT, said)
        found = [] if next_uid else await self._search(0)
        return Cursor(validity, next_uid - 1 if next_uid else max(found, default=0))

    async def fetch(self, folder: str, cursor: Cursor, *, limit: int = 50) -> Batch | None:
        """Return up to ``limit`` messages after the cursor, oldest first; None when there is nothing new.

        The new cursor never passes a message that is there and was not delivered. When UIDVALIDITY changed, or UIDs
        were given out anew, everything is offered again and ``rescanned`` is True.
        """
        rescanned = False
        if self._place != (folder, cursor) or not self._waiting:
            start = await self._examine(folder, cursor)
            rescanned = start != cursor and cursor.uidvalidity != 0
            self._waiting = await self._search(start.last_uid)
            cursor = start
        if not self._waiting:
            return Batch(folder, cursor, (), rescanned) if rescanned else None
        mails, last_uid, used = await self._deliver(self._waiting[:limit])
        self._waiting = self._waiting[used:]
        after = Cursor(cursor.uidvalidity, last_uid)
        self._place = (folder, after)
        return Batch(folder, after, mails, rescanned)

    async def open_for_change(self, folder: str) -> int:
        """Open a folder in which flags may be set and messages moved; return its UIDVALIDITY."""
        self._place, self._waiting = None, []
        validity, _ = await self._opened("SELECT", folder)
        return validity

    async def change(self, name: str, *arguments: str) -> Answer:
        """Say a UID command that changes the open folder; what NO means is for the caller to say."""
        answer = await self._open_client().command(name, *arguments, uid=True)
        if answer.result == "BAD":
            self._open_client().abort()
            raise TransportFault(FaultKind.PROTOCOL, f"The server refuses to {name.lower()}.", answer.text)
        return answer

    async def create(self, folder: str) -> Answer:
        """Make a folder, and have it listed as the others are."""
        answer = await self._open_client().command("CREATE", quote_mailbox(folder))
        if answer.result == "OK":
            await self._open_client().command("SUBSCRIBE", quote_mailbox(folder))
        return answer

    def can(self, capability: str) -> bool:
        """Tell whether the server offers an extension."""
        return capability in self._open_client().capabilities

    async def wait(self, seconds: float) -> bool:
        """Wait until the server announces something (True) or the time is over (False).

        Without IDLE it only sleeps. Ask ``fetch`` either way: an announcement may get lost.
        """
        client = self._open_client()
        if "IDLE" not in client.capabilities:
            await asyncio.sleep(seconds)
            return False
        if client.protocol.news.is_set():  # announced during the last fetch
            return True
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0:
            if await client.idle(min(left, IDLE_SECONDS)):
                return True
        return False

    async def close(self) -> None:
        """Say good-bye if the server listens, and let go of the connection."""
        client = self._client
        if client is not None and client.protocol.fault is None:
            client.protocol.closing = True
            reach(Point.FETCH_LOGOUT)
            with suppress(TransportFault):
                await client.command("LOGOUT", seconds=CLOSE_SECONDS)
        self._drop()

    async def _guarded(self, dialogue: Coroutine[None, None, None], endpoint: Endpoint) -> None:
        try:
            await dialogue
        except Exception as error:
            self._drop()
            raise silenced_fault(fault_of(error, endpoint), endpoint) from error
        except BaseException:
            self._drop()
            raise

    async def _dial(self, endpoint: Endpoint) -> None:
        tls.check_plain_allowed(endpoint)
        reach(Point.FETCH_CONNECT)
        await self._connect(endpoint)

    async def _connect(self, endpoint: Endpoint) -> None:
        plain = endpoint.security is Security.PLAIN
        context = None if plain else await asyncio.to_thread(tls.context, endpoint)
        loop = asyncio.get_running_loop()
        from_start = context if endpoint.security is Security.TLS else None
        _, protocol = await dial(endpoint, lambda: ImapProtocol(loop), from_start, self._seconds)
        self._client = client = ImapClient(protocol, self._seconds)
        logged_in = await client.greet()
        if endpoint.security is Security.STARTTLS and context is not None:
            if logged_in:
                raise TransportFault(FaultKind.TLS, "The server skips encryption (PREAUTH); nothing is said to it.")
            await client.starttls(context, endpoint.host)
        await client.ask_capabilities()

    async def _login(self, endpoint: Endpoint) -> None:
        client = self._open_client()
        reach(Point.FETCH_LOGIN)
        if client.protocol.state == aioimaplib.AUTH:
            return
        if "LOGINDISABLED" in client.capabilities:
            raise TransportFault(FaultKind.TLS, "The server takes no login on this connection.")
        answer = await (
            client.bear(endpoint) if endpoint.auth is Auth.OAUTH else client.login(endpoint.user, endpoint.password)
        )
        if answer.result != "OK":
            later = _LATER.search(answer.text)
            kind = FaultKind.REFUSED if later else FaultKind.AUTH
            what = "the token" if endpoint.auth is Auth.OAUTH else "the user name or password"
            sentence = "takes no login just now" if later else f"refuses {what}"
            raise TransportFault(kind, f"{endpoint.host} {sentence}.", answer.text or answer.result)
        await client.ask_capabilities()

    async def _examine(self, folder: str, cursor: Cursor) -> Cursor:
        """Open the folder; return where fetching has to begin."""
        self._place, self._waiting = None, []
        reach(Point.FETCH_EXAMINE)
        validity, said = await self._opened("EXAMINE", folder)
        next_uid = _number(_NEXT, said)
        if validity != cursor.uidvalidity or 0 < next_uid <= cursor.last_uid:
            return Cursor(validity, 0)
        return cursor

    async def _opened(self, command: str, folder: str) -> tuple[int, bytes]:
        """Open a folder; return its UIDVALIDITY and all that was said of it."""
        client = self._open_client()
        answer = await client.command(command, quote_mailbox(folder))
        if answer.result == "NO":
            raise FolderGone(folder, answer.text)
        if answer.result != "OK":
            client.abort()
            raise TransportFault(FaultKind.PROTOCOL, f"The folder {folder} cannot be opened.", answer.text)
        client.protocol.state = aioimaplib.SELECTED
        client.protocol.news.clear()
        said = b"\n".join(bytes(piece) for piece in answer.pieces)
        validity = _number(_VALIDITY, said)
        if not validity:
            raise TransportFault(FaultKind.PROTOCOL, "The server gives its messages no lasting numbers (UIDVALIDITY).")
        return validity, said

    async def _search(self, after_uid: int) -> list[int]:
        reach(Point.FETCH_SEARCH)
        answer = await self._ok("SEARCH", f"UID {after_uid + 1}:*", size_bytes=LONGEST_LINE)
        # n:* always names the newest message, also when its UID is below n (RFC 3501 6.4.8)
        return sorted(uid for uid in _found(answer) if after_uid < uid < 2**32)

    async def _deliver(self, uids: Sequence[int]) -> tuple[tuple[Fetched, ...], int, int]:
        """Fetch the first of these; return the mails, the last UID dealt with, and how many UIDs that were."""
        answer = await self._ok("FETCH", _set(uids), "(UID RFC822.SIZE)")
        items = fetch_items(answer.pieces)
        sizes = {uid: items[uid].size_bytes or 0 for uid in uids if uid in items}
        chosen = _within(uids, sizes, self._largest_mail)
        bodies = await self._bodies([uid for uid in chosen if sizes.get(uid, 2**63) <= self._largest_mail], sizes)
        headers = await self._headers([uid for uid in chosen if sizes.get(uid, 0) > self._largest_mail])
        done, last_uid = await self._without_gap(chosen, bodies.keys() | headers.keys())
        mails = tuple(
            Fetched(uid, bodies.get(uid), max(sizes[uid], len(bodies.get(uid, b""))), headers.get(uid, b""))
            for uid in done
            if uid in bodies or uid in headers
        )
        return mails, last_uid, len(done)

    async def _bodies(self, uids: Sequence[int], sizes: dict[int, int]) -> dict[int, bytes]:
        if not uids:
            return {}
        expected = sum(sizes[uid] for uid in uids)
        reach(Point.FETCH_BODIES)
        answer = await self._ok(
            "FETCH",
            _set(uids),
            "(UID BODY.PEEK[])",
            seconds=self._seconds + expected / SLOWEST_BYTES_PER_SECOND,
            size_bytes=ANSWER_BYTES + 2 * expected,  # some servers' RFC822.SIZE is an estimate
        )
        return _asked_for(uids, answer)

    async def _headers(self, uids: Sequence[int]) -> dict[int, bytes]:
        if not uids:
            return {}
        part = f"(UID BODY.PEEK[HEADER]<0.{HEADER_BYTES}>)"
        answer = await self._ok("FETCH", _set(uids), part, size_bytes=ANSWER_BYTES + len(uids) * HEADER_BYTES)
        return _asked_for(uids, answer)

    async def _without_gap(self, uids: Sequence[int], delivered: Iterable[int]) -> tuple[Sequence[int], int]:
        """Cut the list before the first message that is there and was not delivered."""
        have = frozenset(delivered)
        missing = [uid for uid in uids if uid not in have]
        if missing:
            answer = await self._ok("SEARCH", f"UID {_set(missing)}")
            still_there = sorted(_found(answer).intersection(missing))
            if still_there:
                uids = uids[: uids.index(still_there[0])]
                if not uids:
                    raise TransportFault(
                        FaultKind.PROTOCOL, f"The server lists message {still_there[0]} and does not hand it out."
                    )
        return uids, uids[-1]

    async def _say(self, name: str, *arguments: str) -> Answer:
        client = self._open_client()
        answer = await client.command(name, *arguments)
        if answer.result != "OK":
            client.abort()
            raise TransportFault(FaultKind.PROTOCOL, f"The server refuses to {name.lower()}.", answer.text)
        return answer

    async def _ok(self, name: str, *arguments: str, seconds: float = 0, size_bytes: int = ANSWER_BYTES) -> Answer:
        client = self._open_client()
        answer = await client.command(name, *arguments, uid=True, seconds=seconds, size_bytes=size_bytes)
        if answer.result == "BAD" or (answer.result == "NO" and not answer.pieces):
            client.abort()
            raise TransportFault(FaultKind.PROTOCOL, f"The server refuses to {name.lower()}.", answer.text)
        return answer

    def _open_client(self) -> ImapClient:
        if self._client is None:
            raise TransportFault(FaultKind.LOST, "The connection is closed.")
        return self._client

    def _drop(self) -> None:
        client, self._client = self._client, None
        self._place, self._waiting = None, []
        if client is not None:
            client.abort()


def _number(pattern: re.Pattern[bytes], text: bytes) -> int:
    found = pattern.search(text)
    return int(found[1]) if found else 0


def _set(uids: Sequence[int]) -> str:
    return ",".join(str(uid) for uid in uids)


def _found(answer: Answer) -> set[int]:
    """Read SEARCH answers; there may be several, or none (RFC 3501 7.2.5)."""
    words = [bytes(piece).split() for piece in answer.pieces if piece[:6].upper() == b"SEARCH"]
    return {int(word) for line in words for word in line[1:] if word.isdigit() and len(word) <= 10}


def _within(uids: Sequence[int], sizes: dict[int, int], largest: int) -> Sequence[int]:
    """Cut the list where it grows too big to hold; at least one stays."""
    total = 0
    for number, uid in enumerate(uids):
        size = sizes.get(uid, 0)
        total += size if size <= largest else HEADER_BYTES
        if total > BATCH_BYTES and number:
            return uids[:number]
    return uids


def _asked_for(uids: Sequence[int], answer: Answer) -> dict[int, bytes]:
    wanted = frozenset(uids)
    return {
        uid: item.body for uid, item in fetch_items(answer.pieces).items() if uid in wanted and item.body is not None
    }
