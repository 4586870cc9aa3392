"""A set-up in memory: rooms of items, an account test that goes as it is told to."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from models.types.errors import FieldProblem, NightdeskError, NotAllowed, Unfit
from models.types.trial import StepState, TrialStep
from tui.bridge_setup import Proposal, Words
from tui.render.ink import Role
from tui.render.setup_item import Fact, Item, Room

ACCOUNT = {
    "email": "support@acme.test",
    "login": "password",
    "password": "",
    "smtp_host": "smtp.acme.test",
    "smtp_port": "465",
    "smtp_security": "tls",
    "fetch_by": "imap",
    "fetch_host": "imap.acme.test",
    "fetch_port": "993",
    "fetch_security": "tls",
    "folder": "INBOX",
    "poll_seconds": "60",
    "name": "support",
}
ADDRESS = {"address": "support@acme.test", "account": "support", "sequence": "10", "active": "yes"}


def account(key: str = "support", **changes: object) -> Item:
    facts = (Fact("Sends", "smtp.acme.test:465, tls"), Fact("Fetches", "imap.acme.test:993, tls, INBOX"))
    item = Item(key, key, "sends and fetches", "ok", Role.GOOD, facts, {**ACCOUNT, "name": key}, 3)
    return replace(item, **changes)  # type: ignore[arg-type]


def address(key: str = "support@acme.test", **changes: object) -> Item:
    item = Item(key, key, "all brands · everybody", "on", Role.GOOD, (Fact("Account", "support"),), ADDRESS, 1)
    return replace(item, **changes)  # type: ignore[arg-type]


class FakeSetup:
    """Keeps what forms hold; ``fails`` makes the next test fail at its login, ``gate`` holds it until it is set."""

    def __init__(self) -> None:
        self.rooms: dict[Room, list[Item]] = {room: [] for room in Room}
        self.rooms[Room.ACCOUNTS] = [account(), account("sales", mark="stopped", mark_role=Role.BAD)]
        self.rooms[Room.ADDRESSES] = [address()]
        self.fails = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.refusal: NightdeskError | None = None
        self.kept: list[tuple[Room, str, dict[str, str]]] = []
        self.calls: list[tuple[object, ...]] = []
        self.words_there: Words = {"accounts": ("support", "sales"), "brands": ("Acme",), "kinds": ("ticket", "order")}
        self.said = "Open https://big.example/device and type ABCD-EFGH there."

    async def items(self, room: Room) -> tuple[Item, ...]:
        return tuple(self.rooms[room])

    async def words(self) -> Words:
        return self.words_there

    async def proposal(self, address: str) -> Proposal | None:
        if not address.endswith("@big.example"):
            return None
        values = {"smtp_host": "smtp.big.example", "smtp_port": "587", "smtp_security": "starttls",
                  "fetch_host": "imap.big.example"}  # fmt: skip
        return Proposal("Big Mail", values, ("Make an app password at big.example/security first.",))

    async def keep(self, room: Room, item: Item | None, values: Mapping[str, str]) -> AsyncIterator[TrialStep | str]:
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None
            raise refusal
        if room is Room.ACCOUNTS:
            if not values["smtp_port"].isdecimal():
                raise Unfit([FieldProblem("smtp_port", "A port is a number.")])
            async for step in self._steps():
                yield step
        self.kept.append((room, item.key if item else "", dict(values)))
        key = values.get("name") or values.get("email") or values.get("address") or "new"
        made = account(key) if room is Room.ACCOUNTS else address(key)
        others = [one for one in self.rooms[room] if item is None or one.key != item.key]
        self.rooms[room] = [*others, replace(made, values=dict(values))]
        yield f"{key} is saved."

    async def _steps(self) -> AsyncIterator[TrialStep]:
        reach = TrialStep("smtp.reach", "SMTP: smtp.acme.test:465 answers", StepState.RUNNING)
        yield reach
        await self.gate.wait()
        yield replace(reach, state=StepState.OK)
        login = TrialStep("smtp.login", "SMTP: log in", StepState.RUNNING)
        yield login
        if self.fails:
            yield replace(login, state=StepState.FAILED, sentence="The password was refused.",
                          remedy="Check the password.", server_text="535 5.7.8 bad \x1b[2Jcredentials")  # fmt: skip
            raise NotAllowed("The test failed: nothing was saved.", "Correct it and save again.")
        yield replace(login, state=StepState.OK)

    async def test(self, room: Room, item: Item) -> AsyncIterator[TrialStep | str]:
        self.calls.append(("test", item.key))
        async for step in self._steps():
            yield step
        yield f"{item.key} works."

    async def sign_in(self, item: Item) -> AsyncIterator[TrialStep | str]:
        yield self.said
        await self.gate.wait()
        yield f"{item.key} is signed in."

    async def make_key(self, item: Item) -> tuple[str, ...]:
        return (f"Add to DNS: nd1._domainkey.{item.key} TXT v=DKIM1; k=rsa; p=MIIB",)

    def paste(self, text: str) -> None:
        self.calls.append(("paste", text))
        self.gate.set()

    async def switch(self, room: Room, item: Item) -> str:
        changed = replace(item, active=not item.active, mark="off" if item.active else "on")
        self.rooms[room] = [changed if one.key == item.key else one for one in self.rooms[room]]
        return f"{item.title} is switched {'off' if item.active else 'on'}."

    async def remove(self, room: Room, item: Item) -> tuple[str, ...]:
        self.rooms[room] = [one for one in self.rooms[room] if one.key != item.key]
        return (f"{item.title} is removed.", "Nobody can be answered for Acme now.")
