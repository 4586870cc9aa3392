"""A desk in memory for the screen's tests: the other side of the bridge, small and honest about the same rules."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from models.types.change import Change
from models.types.delivery import DeliveryState
from models.types.draft import DraftView, NotSendable, SendResult, Sent, Stopped, Undone
from models.types.draft_mode import DraftMode
from models.types.errors import NightdeskError, NotAllowed, NotFound
from models.types.health import AccountHealth, AccountState
from models.types.message import (
    AttachmentView,
    DeliveryView,
    Direction,
    FollowerView,
    MailClass,
    MessageKind,
    MessageView,
    Thread,
)
from models.types.people import AgentView, Audience, Channel, Recipient, Why
from models.types.record import Counts, ListRow, Need, Place, QuarantineRow, RecordRow, View
from models.types.sender import SenderOptions, Weighed
from tests.panels.fake_rules import FakeRules
from tests.panels.fake_setup import FakeSetup

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # a Friday
RANKS = {Need.NEEDS_US: 0, Need.WAITING: 1, Need.LATER: 2, Need.DONE: 3}
ANNA = AgentView(1, "anna", "Anna Berg", "anna@desk.test", Channel.INBOX)


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


def place(need: Need, since: datetime, row_id: int) -> Place:
    return Place(RANKS[need] * 10**12 - int(since.timestamp()), row_id)


def record(row_id: int, **changes: object) -> RecordRow:
    """A plain ticket that needs us, ``row_id`` hours old; keyword arguments change it."""
    number = 1000 + row_id
    row = RecordRow(
        id=row_id,
        kind="ticket",
        number=number,
        title=f"Question {number}",
        stage="open",
        need=Need.NEEDS_US,
        need_since=ago(hours=row_id),
        need_reason="reply",
        assignee="",
        contact=f"Customer {row_id}",
        brand="Acme",
        tags=(),
        priority=0,
        amount_cents=None,
        currency="",
        preview="",
        watchers=(),
        revision=1,
        place=Place(0, row_id),
    )
    return replaced(replace(row, **changes))  # type: ignore[arg-type]


def replaced(row: RecordRow) -> RecordRow:
    return replace(row, place=place(row.need, row.need_since, row.id))


def message(message_id: int, record_id: int | None, **changes: object) -> MessageView:
    view = MessageView(
        id=message_id,
        record_id=record_id,
        kind=MessageKind.EMAIL,
        direction=Direction.IN,
        mail_class=MailClass.HUMAN,
        author_name="Mara Olsen",
        author_address="mara@olsen.example",
        author_login="",
        verified=True,
        subject="",
        text="Hello,\nthe printer is on fire again.\n\nMara",
        new_text="",
        to=("support@desk.test",),
        cc=(),
        created_at=ago(hours=2),
        sent_at=ago(hours=2),
        deliveries=(),
        attachments=(),
        why=(("signed reply address", "no", "none among the recipients"), ("references", "yes", "it answers #1001")),
        warnings=(),
        message_id=f"<{message_id}@olsen.example>",
    )
    return replace(view, **changes)  # type: ignore[arg-type]


def delivery(delivery_id: int, state: DeliveryState, **changes: object) -> DeliveryView:
    view = DeliveryView(
        id=delivery_id,
        name="Mara Olsen",
        address="mara@olsen.example",
        channel=Channel.EMAIL,
        why=Why.TO,
        state=state,
        hold_until=None,
        next_try_at=None,
        attempts=0,
        sentence="",
        server_text="",
    )
    return replace(view, **changes)  # type: ignore[arg-type]


class FakeDesk:
    """Records, threads and drafts in dictionaries; every write announces its change."""

    def __init__(self, rows: Iterable[RecordRow] = (), mails: Iterable[QuarantineRow] = ()) -> None:
        self.agent = ANNA
        self.setup = FakeSetup()
        self.rules = FakeRules()
        self.tips: tuple[str, ...] = ()
        self.records: dict[int, RecordRow] = {row.id: row for row in rows}
        self.quarantine: dict[int, QuarantineRow] = {row.id: row for row in mails}
        self.threads: dict[int, list[MessageView]] = {}
        self.quarantine_mail: dict[int, MessageView] = {}
        self.drafts: dict[int, DraftView] = {}
        self.followers: dict[int, tuple[FollowerView, ...]] = {}
        self.accounts: tuple[AccountHealth, ...] = (
            AccountHealth(1, "support", AccountState.OK, True, True, NOW, 0, "", 0),
        )
        self.undoable: list[tuple[str, int | None, object]] = []
        self.fail_next: NightdeskError | None = None
        self.calls: list[tuple[object, ...]] = []
        self.sender_list: tuple[Weighed, ...] = (
            Weighed("anna@desk.test", "D the author's own address", True, "available", "Anna Berg"),
            Weighed("support@desk.test", "E the brand's address", True, "available", "Acme Support"),
            Weighed("vip@desk.test", "E the brand's address", False, "the author may not use it", "VIP"),
        )
        self.reading = asyncio.Event()  # cleared: threads take their time
        self.reading.set()
        self.feed: asyncio.Queue[Change] = asyncio.Queue()
        self.next_id = 900
        self.kept_form: tuple[str, dict[str, str]] | None = None
        self.raw_text = "From: mara@olsen.example\r\nSubject: hi\r\n\r\nHello\r\n"

    # -- other people's doings

    def put(self, row: RecordRow) -> None:
        self.records[row.id] = replaced(row)
        self.feed.put_nowait(Change(frozenset({row.id})))

    def change(self, row_id: int, **changes: object) -> None:
        self.put(replace(self.records[row_id], **changes))  # type: ignore[arg-type]

    def remove(self, row_id: int) -> None:
        del self.records[row_id]
        self.feed.put_nowait(Change(frozenset({row_id})))

    def arrive(self, record_id: int, text: str, **changes: object) -> MessageView:
        """A customer's mail comes in on a record."""
        self.next_id += 1
        mail = message(self.next_id, record_id, text=text, created_at=NOW, **changes)
        self.threads.setdefault(record_id, []).append(mail)
        self.change(record_id, need=Need.NEEDS_US, need_since=NOW, need_reason="reply")
        return mail

    # -- Desk

    def _rows(self, view: View, search: str) -> list[ListRow]:
        if view is View.QUARANTINE:
            return sorted(self.quarantine.values(), key=lambda row: row.place)
        wanted = {
            View.OPEN: lambda row: row.need is not Need.DONE,
            View.NEEDS_US: lambda row: row.need is Need.NEEDS_US,
            View.MINE: lambda row: row.assignee == ANNA.login and row.need is not Need.DONE,
            View.DONE: lambda row: row.need is Need.DONE,
        }[view]
        rows = [row for row in self.records.values() if wanted(row)]
        if search:
            rows = [row for row in rows if search.casefold() in (row.title + row.contact).casefold()]
        return sorted(rows, key=lambda row: row.place)

    async def window(
        self, view: View, *, search: str = "", after: Place | None = None, before: Place | None = None, limit: int = 200
    ) -> tuple[ListRow, ...]:
        self._maybe_fail()
        rows = self._rows(view, search)
        if after is not None:
            rows = [row for row in rows if row.place > after]
        if before is not None:
            return tuple([row for row in rows if row.place < before][-limit:])
        return tuple(rows[:limit])

    async def bottom(self, view: View, *, search: str = "", limit: int = 200) -> tuple[ListRow, ...]:
        return tuple(self._rows(view, search)[-limit:])

    async def rows(self, view: View, ids: tuple[int, ...]) -> tuple[ListRow, ...]:
        known: dict[int, ListRow] = {**(self.quarantine if view is View.QUARANTINE else self.records)}
        return tuple(known[row_id] for row_id in ids if row_id in known)

    async def counts(self, view: View, *, search: str = "") -> tuple[Counts, int]:
        each = {one.value: len(self._rows(one, "")) for one in View}
        return Counts(**each), len(self._rows(view, search))

    async def thread(self, view: View, row_id: int, *, limit: int = 50) -> Thread | None:
        await self.reading.wait()
        if view is View.QUARANTINE:
            if row_id not in self.quarantine:
                return None
            return Thread(self.quarantine[row_id], (self.quarantine_mail[row_id],), 0, ())
        if row_id not in self.records:
            return None
        messages = self.threads.get(row_id, [])
        shown = tuple(messages[-limit:])
        return Thread(self.records[row_id], shown, len(messages) - len(shown), self.followers.get(row_id, ()))

    async def health(self) -> tuple[AccountHealth, ...]:
        return self.accounts

    async def changes(self) -> AsyncIterator[Change]:
        while True:
            change = await self.feed.get()
            while not self.feed.empty():
                change |= self.feed.get_nowait()
            yield change

    def _audience(self, record_id: int, mode: DraftMode, to: tuple[str, ...] | None) -> Audience:
        inside = Recipient("Ben Ode", "", Channel.INBOX, Why.FOLLOWER, agent_id=2)
        if mode is DraftMode.NOTE:
            return Audience((inside,))
        chosen = to or (self.records[record_id].contact.split()[0].lower() + "@olsen.example",)
        return Audience(
            (*(Recipient("", one, Channel.EMAIL, Why.TO) for one in chosen), inside), (("Anna Berg", "wrote it"),)
        )

    async def open_draft(self, record_id: int, mode: DraftMode) -> DraftView:
        self._maybe_fail()
        for draft in self.drafts.values():
            if (draft.record_id, draft.mode) == (record_id, mode):
                return draft
        self.next_id += 1
        newest = max((one.id for one in self.threads.get(record_id, [])), default=0)
        reply = mode is DraftMode.REPLY
        draft = DraftView(
            id=self.next_id,
            record_id=record_id,
            mode=mode,
            subject=f"Re: {self.records[record_id].title}" if reply else "",
            text="",
            to=None,
            base=newest,
            audience=self._audience(record_id, mode, None),
            sender="Acme Support <support@desk.test>" if reply else "",
            sender_rule="the brand's address" if reply else "",
            version=1,
            saved_at=NOW,
        )
        self.drafts[draft.id] = draft
        return draft

    async def save_draft(self, draft_id: int, *, subject: str, text: str, to: tuple[str, ...] | None) -> DraftView:
        self._maybe_fail()
        self.calls.append(("save", draft_id, text))
        draft = self.drafts[draft_id]
        audience = self._audience(draft.record_id, draft.mode, to)
        draft = replace(draft, subject=subject, text=text, to=to, audience=audience, version=draft.version + 1)
        self.drafts[draft_id] = draft
        return draft

    async def senders(self, draft_id: int) -> SenderOptions:
        self._maybe_fail()
        return SenderOptions("support@desk.test", self.sender_list)

    async def choose_sender(self, draft_id: int, address: str) -> DraftView:
        self._maybe_fail()
        self.calls.append(("sender", draft_id, address))
        draft = self.drafts[draft_id]
        found = next((one for one in self.sender_list if one.address == (address or "support@desk.test")), None)
        if found is None or not found.available:
            because = found.because if found else "it is no sending address"
            raise NotAllowed(f"This cannot go out as {address}: {because}; ask an admin of the desk.")
        rule = "A chosen in the composer" if address else "the brand's address"
        draft = replace(draft, chosen=address, sender=f"{found.display_name} <{found.address}>", sender_rule=rule)
        self.drafts[draft_id] = draft
        return draft

    async def attach_file(self, draft_id: int, path: str) -> DraftView:
        self._maybe_fail()
        files = self.drafts[draft_id].files
        file = AttachmentView(len(files) + 1, path.rpartition("/")[2], "application/octet-stream", 1000)
        self.drafts[draft_id] = replace(self.drafts[draft_id], files=(*files, file))
        return self.drafts[draft_id]

    async def detach_file(self, draft_id: int, file_id: int) -> DraftView:
        left = tuple(file for file in self.drafts[draft_id].files if file.id != file_id)
        self.drafts[draft_id] = replace(self.drafts[draft_id], files=left)
        return self.drafts[draft_id]

    async def discard_draft(self, draft_id: int) -> Undone:
        draft = self.drafts.pop(draft_id)
        self.undoable.append(("draft", draft.record_id, draft))
        return Undone("Draft thrown away.", draft.record_id)

    async def keep_form(self, form: str, typed: Mapping[str, str]) -> None:
        self.kept_form = (form, dict(typed))

    async def take_form(self, form: str) -> dict[str, str]:
        if self.kept_form is None or self.kept_form[0] != form:
            return {}
        typed, self.kept_form = self.kept_form[1], None
        return typed

    async def send(self, draft_id: int, *, base: int) -> SendResult:
        self._maybe_fail()
        self.calls.append(("send", draft_id, base))
        draft = self.drafts[draft_id]
        messages = self.threads.setdefault(draft.record_id, [])
        news = tuple(one for one in messages if one.id > base and one.kind is not MessageKind.LOG)
        if news:
            return Stopped(news, max(one.id for one in news))
        if not draft.text.strip():
            return NotSendable(("There is no text yet; e goes on writing.",))
        note = draft.mode is DraftMode.NOTE
        until = None if note else NOW + timedelta(seconds=13)
        self.next_id += 1
        copies = tuple(
            delivery(
                self.next_id * 10 + number,
                DeliveryState.HELD if until and one.channel is Channel.EMAIL else DeliveryState.DELIVERED,
                name=one.name,
                address=one.address,
                channel=one.channel,
                why=one.why,
                hold_until=until if one.channel is Channel.EMAIL else None,
            )
            for number, one in enumerate(draft.audience.recipients)
        )
        sent = message(
            self.next_id,
            draft.record_id,
            kind=MessageKind.NOTE if note else MessageKind.EMAIL,
            direction=Direction.INSIDE if note else Direction.OUT,
            author_name=ANNA.name,
            author_address=ANNA.email if note else "support@desk.test",
            author_login=ANNA.login,
            text=draft.text,
            created_at=NOW,
            deliveries=copies,
            why=(),
        )
        messages.append(sent)
        del self.drafts[draft_id]
        self.undoable.append(("send", draft.record_id, (sent, draft)))
        if not note:
            self.change(draft.record_id, need=Need.WAITING, need_since=NOW, need_reason="")
        self.feed.put_nowait(Change(frozenset({draft.record_id})))
        return Sent(sent.id, until)

    def _verb(self, name: str, record_id: int, **changes: object) -> RecordRow:
        self._maybe_fail()
        self.calls.append((name, record_id))
        if record_id not in self.records:
            raise NotFound("That record is gone.")
        self.undoable.append((name, record_id, self.records[record_id]))
        self.change(record_id, **changes)
        return self.records[record_id]

    async def take(self, record_id: int) -> str:
        return f"#{self._verb('take', record_id, assignee=ANNA.login).number} is yours."

    async def done(self, record_id: int) -> str:
        return f"#{self._verb('done', record_id, need=Need.DONE, need_since=NOW).number} done."

    async def reopen(self, record_id: int) -> str:
        return f"#{self._verb('reopen', record_id, need=Need.NEEDS_US, need_since=NOW).number} needs us again."

    async def follow(self, record_id: int, on: bool) -> str:
        self.calls.append(("follow", record_id, on))
        me = FollowerView(ANNA.name, ANNA.email, Channel.INBOX, True)
        rest = tuple(one for one in self.followers.get(record_id, ()) if one != me)
        self.followers[record_id] = (*rest, me) if on else rest
        return "You follow it." if on else "You no longer follow it."

    async def undo(self) -> Undone:
        if not self.undoable:
            raise NotAllowed("There is nothing to take back.")
        name, record_id, what = self.undoable.pop()
        if isinstance(what, RecordRow):
            self.put(what)
            return Undone(f"Taken back: {name} #{what.number}.", record_id)
        if isinstance(what, QuarantineRow):
            self.quarantine[what.id] = what
            self.feed.put_nowait(Change(quarantine=True))
            return Undone("The mail is in quarantine again.", None)
        if isinstance(what, DraftView):
            self.drafts[what.id] = what
            return Undone("The draft is back.", record_id, what)
        assert isinstance(what, tuple)
        sent, draft = what
        self.threads[draft.record_id].remove(sent)
        self.drafts[draft.id] = draft
        self.feed.put_nowait(Change(frozenset({draft.record_id})))
        return Undone("Not sent; it is in the composer again.", record_id, draft)

    async def place_mail(self, raw_id: int, number: int) -> str:
        self.calls.append(("place", raw_id, number))
        if all(row.number != number for row in self.records.values()):
            raise NotFound(f"There is no record #{number}.", "Look for it with /.")
        del self.quarantine[raw_id]
        self.feed.put_nowait(Change(quarantine=True))
        return f"The mail is on #{number}."

    async def open_record_from_mail(self, raw_id: int, kind: str, *, from_now_on: str = "") -> str:
        self._maybe_fail()
        self.calls.append(("open", raw_id, kind, from_now_on))
        self._unquarantine(raw_id)
        return f"A new {kind} is open."

    async def mark_spam(self, raw_id: int, *, from_now_on: str = "") -> str:
        self._maybe_fail()
        self.calls.append(("spam", raw_id, from_now_on))
        self._unquarantine(raw_id)
        return "Taken out as spam."

    async def make_contact(self, raw_id: int) -> str:
        self.calls.append(("contact", raw_id))
        return "They are a customer now."

    def _unquarantine(self, raw_id: int) -> None:
        self.undoable.append(("mail", None, self.quarantine.pop(raw_id)))
        self.feed.put_nowait(Change(quarantine=True))

    async def resend(self, delivery_id: int, address: str = "") -> str:
        self.calls.append(("resend", delivery_id, address))
        return "It is queued again."

    async def save_file(self, message: MessageView, index: int) -> str:
        self.calls.append(("save_file", message.id, index))
        return f"/srv/anna/Downloads/{message.attachments[index].name}"

    async def presence(self, record_id: int | None, composing: bool) -> None:
        self.calls.append(("presence", record_id, composing))

    async def raw(self, message: MessageView) -> str:
        return self.raw_text

    def _maybe_fail(self) -> None:
        error, self.fail_next = self.fail_next, None
        if error is not None:
            raise error


def small_desk() -> FakeDesk:
    """A dozen records of every kind and need, with the threads a day brings."""
    desk = FakeDesk(
        [
            record(1, title="Printer on fire", contact="Mara Olsen", need_since=ago(minutes=12), priority=1),
            record(2, title="Invoice shows the wrong VAT number", kind="invoice", contact="Otto Weiß", assignee="anna",
                   need_since=ago(minutes=50), amount_cents=129_900, currency="EUR", watchers=("ben",)),
            record(3, title="Offer for 40 seats", kind="opportunity", contact="Northwind Ltd", need_reason="new",
                   need_since=ago(hours=3), amount_cents=4_800_000, currency="EUR", brand="Northwind"),
            record(4, title="Delivery address changed?", kind="order", contact="Li Wei 李伟", assignee="ben",
                   need_reason="bounced", need_since=ago(hours=5)),
            record(5, title="Cannot log in since the update", contact="sam@example.org", need_since=ago(hours=26)),
            record(6, title="Password reset mail never arrives", contact="Ida Holm", need=Need.WAITING, assignee="anna",
                   need_since=ago(hours=1)),
            record(7, title="Return of order 7731", kind="order", contact="Jo Fields", need=Need.WAITING,
                   need_since=ago(days=2), assignee="chen"),
            record(8, title="Quote for the second site", kind="opportunity", contact="Acme East", need=Need.WAITING,
                   need_since=ago(days=3), amount_cents=990_000, currency="USD"),
            record(9, title="Yearly contract review", contact="Brightside", need=Need.LATER, need_since=ago(days=9)),
            record(10, title="Refund for invoice 2026-114", kind="invoice", contact="P. Okafor", need=Need.LATER,
                   need_since=ago(days=12), amount_cents=8_950, currency="EUR", assignee="anna"),
            record(11, title="Thanks, all good", contact="Kim Lund", need=Need.DONE, need_since=ago(days=1)),
            record(12, title="Spare keys", contact="Ada Moss", need=Need.DONE, need_since=ago(days=30)),
        ],
        [
            QuarantineRow(501, "stranger@elsewhere.example", "Re: your offer", "no record and no alias matched",
                          ago(minutes=30), Place(-int(ago(minutes=30).timestamp()), 501)),
            QuarantineRow(502, "Mara Olsen <mara@other.example>", "[#1001] new address", "not a participant of #1001",
                          ago(hours=4), Place(-int(ago(hours=4).timestamp()), 502)),
        ],
    )  # fmt: skip
    desk.followers[1] = (
        FollowerView("Mara Olsen", "mara@olsen.example", Channel.EMAIL, False),
        FollowerView("Ben Ode", "ben@desk.test", Channel.INBOX, True),
    )
    desk.threads[1] = printer_thread()
    desk.threads[2] = [
        message(21, 2, author_name="Otto Weiß", author_address="otto@weiss.example", verified=False,
                text="Our VAT number is DE 811 569 869, not the one you print.", created_at=ago(minutes=50)),
    ]  # fmt: skip
    desk.threads[4] = bounced_thread()
    for number in (3, 5, 6, 7, 8, 9, 10, 11, 12):
        desk.threads[number] = [
            message(number * 10, number, author_name=desk.records[number].contact, created_at=ago(hours=number))
        ]
    for raw_id, row in desk.quarantine.items():
        desk.quarantine_mail[raw_id] = message(
            raw_id, None, author_name="", author_address="stranger@elsewhere.example", verified=False,
            subject=row.subject, text="We talked on the phone.", created_at=row.received_at,
            why=(("signed reply address", "no", "none"), ("alias", "no", "sales@old.test is no alias of ours")),
        )  # fmt: skip
    return desk


def printer_thread() -> list[MessageView]:
    """One thread with everything a thread can hold."""
    quoted = "It burns again, photo attached.\n\nMara\n\nOn Thu Anna Berg wrote:\n> Please send a photo.\n> Anna"
    return [
        message(11, 1, created_at=ago(days=1, hours=2), subject="Printer on fire", cc=("Ben <ben@olsen.example>",)),
        message(12, 1, kind=MessageKind.LOG, direction=Direction.INSIDE, author_name="Anna Berg", author_login="anna",
                author_address="", text="stage: new → open", created_at=ago(days=1, hours=1)),
        message(13, 1, direction=Direction.OUT, author_name="Anna Berg", author_address="support@desk.test",
                author_login="anna", text="Please send a photo.\n\nAnna", created_at=ago(days=1), why=(),
                deliveries=(delivery(131, DeliveryState.DELIVERED),
                            delivery(132, DeliveryState.DELIVERED, name="Ben Ode", address="", channel=Channel.INBOX,
                                     why=Why.FOLLOWER))),
        message(14, 1, mail_class=MailClass.AUTOREPLY, text="I am out of office until Friday.",
                created_at=ago(hours=23)),
        message(15, 1, kind=MessageKind.NOTE, direction=Direction.INSIDE, author_name="Ben Ode",
                author_address="ben@desk.test", author_login="ben", text="Ask the warehouse for a spare one first.",
                created_at=ago(hours=1), why=(),
                deliveries=(delivery(151, DeliveryState.DELIVERED, name="Anna Berg", address="",
                                     channel=Channel.INBOX, why=Why.FOLLOWER),)),
        message(16, 1, text=quoted, new_text="It burns again, photo attached.\n\nMara", created_at=ago(minutes=12),
                attachments=(AttachmentView(1, "fire.jpg", "image/jpeg", 482_113),)),
    ]  # fmt: skip


def bounced_thread() -> list[MessageView]:
    """Every state a copy can be in, and the other channels."""
    states = (
        delivery(401, DeliveryState.BOUNCED, name="Li Wei", address="li@gone.example", attempts=1,
                 sentence="li@gone.example does not exist; ask for another address.",
                 server_text="550 5.1.1 User unknown"),
        delivery(402, DeliveryState.QUEUED, name="", address="ops@slow.example", attempts=2,
                 next_try_at=ago(minutes=-10), sentence="The server is busy; tried again by itself.",
                 server_text="451 4.7.1 Greylisted"),
        delivery(403, DeliveryState.UNSURE, name="Kay", address="kay@example.org"),
        delivery(404, DeliveryState.SENT, name="Ada", address="ada@example.org"),
        delivery(405, DeliveryState.HELD, name="Jo", address="jo@example.org", hold_until=ago(seconds=-11)),
    )  # fmt: skip
    return [
        message(41, 4, direction=Direction.OUT, author_name="Ben Ode", author_address="support@desk.test",
                author_login="ben", text="Your parcel is on its way.", created_at=ago(hours=6), why=(),
                deliveries=states),
        message(42, 4, kind=MessageKind.WHATSAPP, author_name="Li Wei 李伟", author_address="+86 138 0013 8000",
                text="收到了吗？", created_at=ago(hours=5, minutes=30)),
        message(43, 4, kind=MessageKind.SMS, direction=Direction.OUT, author_name="Ben Ode", author_login="ben",
                author_address="+49 30 1234", text="We look into it.", created_at=ago(hours=5), why=()),
    ]  # fmt: skip


def long_desk(count: int) -> FakeDesk:
    """Many records, newest first by number."""
    return FakeDesk(record(number, need_since=ago(minutes=number)) for number in range(1, count + 1))
