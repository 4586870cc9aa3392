"""Take, done, reopen, follow, drafts and undo, as one agent presses them."""

from datetime import timedelta
from typing import Any

import pytest

from models.services import drafts, presence, triage
from models.services.reply import send
from models.services.undo import undo_newest
from models.store import settings
from models.store.database import Database
from models.store.plain import Reader
from models.store.thread import thread
from models.tables.mail import SendingAddress
from models.types.draft import DraftView, Sent, Undone
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed, NotFound
from models.types.message import MessageKind, Thread
from models.types.people import Channel
from models.types.record import Need, RecordRow
from tests.store.world import NOW, World

LATER = NOW + timedelta(minutes=1)


class Desk:
    """One agent's keys on one record with a customer's mail."""

    def __init__(self, database: Database) -> None:
        self.database, self.world, self.reader = database, World(database), Reader(database.url)
        database.write(settings.put, settings.SIGNING_KEY, "11" * 32)
        self.me = self.world.me
        self.record = self.world.record("Kaffeemaschine", minutes=5)
        self.world.message(self.record, "Sie läuft aus.", message_id="<q@example.org>")
        self.world.follows(self.record, contact_id=self.world.anna)
        account = self.world.account()
        self.world.add(SendingAddress(email="support@desk.test", display_name="Desk", account_id=account))

    def does(self, work: Any, *args: Any, now: Any = NOW, **kwargs: Any) -> Any:
        """One use case as this agent."""
        return self.database.write(work, *args, agent_id=self.me, now=now, **kwargs)

    def thread(self) -> Thread:
        found = thread(self.reader, self.record, agent_id=self.me, now=NOW)
        assert found is not None
        return found

    @property
    def row(self) -> RecordRow:
        row = self.thread().row
        assert isinstance(row, RecordRow)
        return row

    def logs(self) -> list[str]:
        return [message.text for message in self.thread().messages if message.kind is MessageKind.LOG]

    def draft(self, text: str, mode: DraftMode = DraftMode.REPLY) -> DraftView:
        opened: DraftView = self.does(drafts.open_draft, self.record, mode)
        kept: DraftView = self.does(drafts.save, opened.id, subject=opened.subject, text=text, to=None)
        return kept


@pytest.fixture
def desk(database: Database) -> Any:
    made = Desk(database)
    yield made
    made.reader.close()


def test_take_and_undo(desk: Desk) -> None:
    assert desk.does(triage.take, desk.record) == "#1001 is yours now."
    assert desk.row.assignee == "ada"
    assert [one.name for one in desk.thread().followers] == ["Anna Muster", "Ada"]
    assert desk.does(triage.take, desk.record) == "#1001 is yours already."
    assert desk.does(undo_newest) == Undone("#1001 is nobody’s again.", desk.record)
    assert desk.row.assignee == ""
    assert [one.name for one in desk.thread().followers] == ["Anna Muster"]
    assert desk.logs() == ["assignee: none -> ada", "assignee: ada -> none"]


def test_taking_from_a_colleague_gives_it_back_to_them(desk: Desk) -> None:
    bob = desk.world.agent("bob")
    desk.database.write(triage.take, desk.record, bob, NOW)
    assert desk.does(triage.take, desk.record) == "#1001 is yours now; it was bob’s."
    assert desk.does(undo_newest).sentence == "#1001 is bob’s again."
    assert desk.row.assignee == "bob"


def test_done_and_undo_put_it_back_where_it_stood(desk: Desk) -> None:
    before = desk.row
    assert desk.does(triage.done, desk.record) == "#1001 is done."
    assert (desk.row.need, desk.row.stage) == (Need.DONE, "done")
    assert desk.does(triage.done, desk.record) == "#1001 is done already."
    desk.does(undo_newest)
    after = desk.row
    assert (after.need, after.stage, after.place, after.need_since) == (
        Need.NEEDS_US,
        "new",
        before.place,
        before.need_since,
    )
    assert desk.logs() == ["state: needs us -> done\nstage: new -> done", "state: done -> needs us\nstage: done -> new"]


def test_reopen_and_undo(desk: Desk) -> None:
    desk.does(triage.done, desk.record)
    assert desk.does(triage.reopen, desk.record, now=LATER) == "#1001 needs us again."
    assert (desk.row.need, desk.row.need_since, desk.row.need_reason, desk.row.stage) == (
        Need.NEEDS_US,
        LATER,
        "reopened",
        "new",
    )
    desk.does(undo_newest)
    assert (desk.row.need, desk.row.stage) == (Need.DONE, "done")


def test_undo_leaves_what_others_changed_since(desk: Desk) -> None:
    bob = desk.world.agent("bob")
    desk.does(triage.take, desk.record)
    desk.does(triage.done, desk.record)
    desk.database.write(triage.reopen, desk.record, bob, LATER)
    desk.database.write(triage.take, desk.record, bob, LATER)
    for _ in range(2):
        assert desk.does(undo_newest).sentence == "#1001 was changed since; it stays as it is."
    assert (desk.row.need, desk.row.assignee) == (Need.NEEDS_US, "bob")
    with pytest.raises(NotAllowed, match="nothing to take back"):
        desk.does(undo_newest)


def test_undo_reaches_one_shift_back_and_only_ones_own(desk: Desk) -> None:
    bob = desk.world.agent("bob")
    desk.database.write(triage.follow, desk.record, bob, True, NOW)
    with pytest.raises(NotAllowed):
        desk.does(undo_newest)
    desk.does(triage.take, desk.record)
    with pytest.raises(NotAllowed):
        desk.does(undo_newest, now=NOW + timedelta(hours=13))


def test_follow_unfollow_and_undo(desk: Desk) -> None:
    def mine() -> bool:
        return any(one.name == "Ada" for one in desk.thread().followers)

    assert desk.does(triage.follow, desk.record, on=True) == "You follow #1001."
    assert desk.does(triage.follow, desk.record, on=True) == "You follow #1001 already."
    assert mine()
    desk.does(triage.follow, desk.record, on=False)
    assert not mine()
    assert desk.does(triage.follow, desk.record, on=False) == "You do not follow #1001."
    assert desk.does(undo_newest).sentence == "You follow #1001 again."
    assert mine()
    assert desk.does(undo_newest).sentence == "You no longer follow #1001."
    assert not mine()


def test_a_draft_is_kept_as_typed_and_says_who_gets_it(desk: Desk) -> None:
    draft = desk.draft("Guten Tag,\n  eingerückt \n\n")
    assert draft.text == "Guten Tag,\n  eingerückt \n\n"
    assert draft.subject == "Re: A question [#1001]"
    assert [one.address for one in draft.audience.recipients] == ["anna@example.org"]
    assert draft.sender == "Desk <support@desk.test>"
    again = desk.does(drafts.open_draft, desk.record, DraftMode.REPLY)
    assert again == draft
    chosen = desk.does(drafts.save, draft.id, subject="x", text="y", to=("b@example.org",))
    assert (chosen.version, chosen.to) == (draft.version + 1, ("b@example.org",))
    assert "b@example.org" in [one.address for one in chosen.audience.recipients]


def test_a_note_reaches_agents_only(desk: Desk) -> None:
    bob = desk.world.agent("bob")
    desk.world.follows(desk.record, agent_id=bob)
    note = desk.draft("intern", DraftMode.NOTE)
    assert [(one.name, one.channel) for one in note.audience.recipients] == [("Bob", Channel.INBOX)]
    assert note.sender == ""


def test_reply_and_note_are_two_drafts(desk: Desk) -> None:
    reply, note = desk.draft("an Anna"), desk.draft("intern", DraftMode.NOTE)
    assert reply.id != note.id
    assert desk.does(drafts.open_draft, desk.record, DraftMode.REPLY).text == "an Anna"


def test_an_empty_draft_counts_as_begun_when_it_is_opened(desk: Desk) -> None:
    first = desk.does(drafts.open_draft, desk.record, DraftMode.REPLY)
    newer = desk.world.message(desk.record, "Noch etwas.")
    assert desk.does(drafts.open_draft, desk.record, DraftMode.REPLY).base == newer
    written = desk.draft("Antwort")
    desk.world.message(desk.record, "Und noch etwas.")
    assert desk.does(drafts.open_draft, desk.record, DraftMode.REPLY).base == written.base > first.base


def test_a_draft_thrown_away_comes_back(desk: Desk) -> None:
    draft = desk.draft("fast fertig")
    assert desk.does(drafts.discard, draft.id).record_id == desk.record
    with pytest.raises(NotFound, match="not there any more"):
        desk.does(drafts.save, draft.id, subject="", text="", to=None)
    back = desk.does(undo_newest).draft
    assert back is not None
    assert (back.text, back.subject, back.to, back.base) == (draft.text, draft.subject, draft.to, draft.base)


def test_a_draft_thrown_away_does_not_overwrite_a_newer_one(desk: Desk) -> None:
    desk.does(drafts.discard, desk.draft("alt").id)
    desk.draft("neu")
    undone = desk.does(undo_newest)
    assert (undone.draft, undone.sentence) == (
        None,
        "You are writing another reply on #1001; the old one stays thrown away.",
    )
    assert desk.does(drafts.open_draft, desk.record, DraftMode.REPLY).text == "neu"


def test_nobody_touches_anothers_draft(desk: Desk) -> None:
    draft = desk.draft("meins")
    bob = desk.world.agent("bob")
    with pytest.raises(NotFound):
        desk.database.write(drafts.save, draft.id, bob, subject="", text="x", to=None, now=NOW)
    assert desk.does(drafts.open_draft, desk.record, DraftMode.REPLY).text == "meins"


def test_a_send_is_taken_back_into_the_composer(desk: Desk) -> None:
    draft = desk.draft("Wir kommen morgen.")
    sent = desk.does(send, draft_id=draft.id, base=draft.base, hold_seconds=13.0)
    assert isinstance(sent, Sent)
    assert desk.row.need is Need.WAITING
    undone = desk.does(undo_newest)
    assert undone.draft is not None
    assert (undone.draft.text, undone.draft.mode) == ("Wir kommen morgen.", DraftMode.REPLY)
    assert desk.row.need is Need.NEEDS_US
    assert [message.text for message in desk.thread().messages] == ["Sie läuft aus."]


def test_colleagues_hear_when_somebody_comes_and_goes(desk: Desk) -> None:
    other = desk.world.record()

    def announced() -> list[int]:
        rows = desk.reader.rows("SELECT record_id FROM change_log ORDER BY id")
        return [row["record_id"] for row in rows]

    def look(record_id: int | None, seconds: int = 0, terminal: str = "t1") -> None:
        now = NOW + timedelta(seconds=seconds)
        desk.does(presence.look, terminal=terminal, record_id=record_id, composing=False, now=now)

    look(desk.record)
    look(desk.record, 20)
    assert announced() == [desk.record]
    look(other, 30)
    assert announced() == [desk.record, *sorted((desk.record, other))]
    look(None, 100, terminal="t2")  # finds that t1 died
    assert announced()[3:] == [other]
    look(desk.record, 101, terminal="t2")
    desk.database.write(presence.leave, terminal="t2", now=NOW)
    assert announced()[4:] == [desk.record, desk.record]
