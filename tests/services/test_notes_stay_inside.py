"""No text of a note ever stands in anything addressed to an outsider, whatever happens on a desk (C4)."""

import shutil
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import col

from models.services import reply
from models.services.outgoing import outgoing
from models.store import records
from models.store.database import Database
from models.tables.mail import Delivery
from models.tables.record import Message, Record
from models.types.draft import Sent
from models.types.draft_mode import DraftMode
from models.types.errors import NotAllowed
from models.types.mail import Mailbox
from models.types.message import MessageKind
from models.types.people import Channel
from tests.services.letters import World, desk, letter

SECRET = "zzsecretzz"
STAFF = {"anton@staff.test", "berta@staff.test"}
OUTSIDERS = ("anna@customer.test", "bob@other.test", "carl@customer.test")
SELDOM = st.sampled_from((False, False, False, True))


class Desk(RuleBasedStateMachine):
    """Random threads, followers, answers to whatever was mailed, and edits."""

    template: Path
    folder: Path
    count = 0

    @initialize()
    def begin(self) -> None:
        Desk.count += 1
        path = self.folder / f"{Desk.count}.db"
        shutil.copyfile(self.template, path)
        self.world: World = desk(Database(f"sqlite:///{path}"))
        self.world.arrives(letter())
        self.record_id = int(self.world.all(Record)[0].id)
        self.notes = 0

    def teardown(self) -> None:
        self.world.database.close()

    @rule(who=st.sampled_from(OUTSIDERS), cc=st.sampled_from((*OUTSIDERS, *sorted(STAFF))), pick=st.integers(0, 9))
    def outsider_writes(self, who: str, cc: str, pick: int) -> None:
        self.answer(who, pick, cc)

    @rule(who=st.sampled_from(sorted(STAFF)), pick=st.integers(0, 9), note=st.booleans())
    def staff_answers_a_mail(self, who: str, pick: int, note: bool) -> None:
        """With a note's words only where a note is answered: what people type into public mail is theirs."""
        copies = [c for c in self.copies() if c.recipient == who and (self.is_note(c.message_id) or not note)]
        if copies:
            copy = copies[pick % len(copies)]
            words = self.secret() if self.is_note(copy.message_id) else "hello"
            self.world.arrives(letter(who, to=copy.reply_to, text=words))

    @rule(who=st.sampled_from(OUTSIDERS), pick=st.integers(0, 99))
    def outsider_uses_anothers_reply_address(self, who: str, pick: int) -> None:
        copies = self.copies()
        if copies:
            self.world.arrives(letter(who, to=copies[pick % len(copies)].reply_to, text="mine now"))

    @rule(staff=st.sampled_from(("anton", "berta")), on=st.booleans())
    def staff_follows(self, staff: str, on: bool) -> None:
        agent = getattr(self.world, staff)
        self.world.write(records.follow if on else records.unfollow, self.record_id, agent_id=agent.id)

    @rule(on=st.booleans())
    def customer_follows(self, on: bool) -> None:
        contact_id = self.world.all(Record)[0].contact_id
        self.world.write(records.follow if on else records.unfollow, self.record_id, contact_id=contact_id)

    @rule(staff=st.sampled_from(("anton", "berta")), take_back=SELDOM, to=st.sampled_from((None, *OUTSIDERS)))
    def note(self, staff: str, take_back: bool, to: str | None) -> None:
        agent = getattr(self.world, staff)
        sent = self.world.sends(
            self.record_id, self.secret(), mode=DraftMode.NOTE, agent=agent, to=(to,) if to else None
        )
        assert isinstance(sent, Sent)
        if take_back:
            self.world.write(reply.take_back, sent.message_id, agent.id, self.world.now)
            self.clear_drafts()

    @rule(staff=st.sampled_from(("anton", "berta")), quote=st.booleans(), take_back=SELDOM)
    def reply(self, staff: str, quote: bool, take_back: bool) -> None:
        agent = getattr(self.world, staff)
        notes = [m.text for m in self.world.all(Message) if m.kind is MessageKind.NOTE]
        text = "\n".join("> " + line for line in notes[-1].splitlines()) if quote and notes else "Dear customer"
        sent = self.world.sends(self.record_id, text, agent=agent)
        if isinstance(sent, Sent) and take_back:
            try:
                self.world.write(reply.take_back, sent.message_id, agent.id, self.world.now)
            except NotAllowed:
                return
        self.clear_drafts()

    @rule()
    def time_passes(self) -> None:
        self.world.wait(minutes=1)
        self.world.delivers()

    @invariant()
    def no_outsider_is_sent_a_note(self) -> None:
        if not hasattr(self, "world"):
            return
        for copy in self.copies():
            if copy.recipient in STAFF:
                continue
            assert not self.is_note(copy.message_id)
            mail = self.world.read(outgoing, copy.id)
            said = (mail.text, mail.quoted, mail.subject, mail.quoted_intro, *map(str, (*mail.to, *mail.cc)))
            assert not any(SECRET in part for part in said)
            assert not any(self.is_note(m.id) for m in self.world.all(Message) if m.message_id in mail.references)

    def secret(self) -> str:
        self.notes += 1
        return f"Between us, note {self.notes}: {SECRET}\nSecond line of it: {SECRET}"

    def copies(self) -> list[Delivery]:
        return self.world.all(Delivery, col(Delivery.channel) == Channel.EMAIL)

    def is_note(self, message_id: int) -> bool:
        return self.world.all(Message, col(Message.id) == message_id)[0].kind is not MessageKind.EMAIL

    def answer(self, who: str, pick: int, cc: str) -> None:
        messages = self.world.all(Message)
        answered = messages[pick % len(messages)].message_id
        self.world.arrives(letter(who, in_reply_to=(answered,), text=f"Word of {who}.", cc=(Mailbox("", cc),)))

    def clear_drafts(self) -> None:
        from sqlalchemy import delete

        from models.tables.record import Draft

        self.world.write(lambda session: session.execute(delete(Draft)))


def test_no_note_reaches_an_outsider(sqlite_template: Path, tmp_path: Path) -> None:
    Desk.template, Desk.folder = sqlite_template, tmp_path
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Desk,
        settings=settings(
            max_examples=40,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),  # shrinking would outlast the time limit of a test
        ),
    )
