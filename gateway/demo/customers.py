"""The customers at work: they write the script's first mails and answer what the desk sends them."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import UTC, datetime

from gateway.demo.cast import HABITS, Habit
from gateway.demo.letters import Letter, Person, out_of_office, outlook, plain, undeliverable
from gateway.demo.script import arrivals
from gateway.demo.world import MailWorld
from gateway.mime.parse import parse
from models.types.mail import IncomingMail

_REPLY_PREFIX = "Re: "


class Customers:
    """Everybody outside. ``seed`` fixes what they write and when."""

    def __init__(self, domain: str, user: str, password: str, seed: int) -> None:
        self.world = MailWorld(domain, user, password, self.receive)
        self._seed = seed
        self._people = {person.address: (person, habit) for person, habit in HABITS.items()}
        self._answered: Counter[str] = Counter()
        self._written = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def live(self) -> None:
        """Write the script's mails once the desk has looked into its mailbox; never ends."""
        await self.world.opened.wait()
        for arrival in arrivals(self._seed):
            await asyncio.sleep(arrival.after_seconds)
            letter = Letter(arrival.author, arrival.to, arrival.subject, arrival.text, datetime.now(UTC), self._token())
            habit = HABITS.get(arrival.author, Habit(()))
            await self._post(letter, arrival.to, outlook(letter) if habit.outlook else plain(letter))

    def receive(self, sender: str, recipient: str, content: bytes) -> None:
        """Take a mail of the desk and answer it in time, as this person does."""
        if recipient not in self._people:
            return
        person, habit = self._people[recipient]
        if habit.gone:
            self._soon(self._return(sender, recipient, content))
        else:
            self._soon(self._answer(person, habit, parse(content)))

    def _soon(self, deed: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(deed)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, person: Person, habit: Habit, mail: IncomingMail) -> None:
        count = self._answered[person.address]
        if count >= len(habit.answers):
            return
        self._answered[person.address] += 1
        to = _answer_address(habit, mail)
        if habit.absent and not count:
            await asyncio.sleep(0.5)
            absent = self._reply(person, to, mail, habit.absent, subject=f"Automatic reply: {mail.subject}")
            await self._post(absent, to, out_of_office(absent))
        await asyncio.sleep(habit.pause_seconds)
        letter = self._reply(person, to, mail, habit.answers[count], threaded=habit.threaded)
        await self._post(letter, to, outlook(letter) if habit.outlook else plain(letter))

    async def _return(self, sender: str, recipient: str, content: bytes) -> None:
        await asyncio.sleep(1.0)
        report = undeliverable(
            to=sender, failed=recipient, original=content, date=datetime.now(UTC), token=self._token()
        )
        await self.world.carry("", [sender], report)

    async def _post(self, letter: Letter, to: str, content: bytes) -> None:
        await self.world.carry(letter.author.address, [to], content)

    def _reply(
        self, person: Person, to: str, mail: IncomingMail, text: str, *, subject: str = "", threaded: bool = True
    ) -> Letter:
        bare = mail.subject.removeprefix(_REPLY_PREFIX)
        return Letter(
            person,
            to,
            subject or _REPLY_PREFIX + bare,
            text,
            datetime.now(UTC),
            self._token(),
            answers=(*mail.references, mail.message_id) if threaded else (),
            quoted=mail.text.strip(),
            quoted_intro=f"{mail.sender[0] if mail.sender else to} wrote:",
        )

    def _token(self) -> str:
        """Make the next Message-ID's left part; the same in each run of a seed."""
        self._written += 1
        return f"demo-{self._seed}-{self._written}"


def _answer_address(habit: Habit, mail: IncomingMail) -> str:
    boxes = mail.sender if habit.to_sender or not mail.reply_to else mail.reply_to
    return boxes[0].address
