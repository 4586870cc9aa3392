"""The set-up over one database: rooms by their names, every change one transaction, nothing on the loop."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import ModuleType
from typing import Protocol, TypeVar

from models.services import admin
from models.store import words
from models.store.database import Database
from models.types.account import Auth, NewAccount
from models.types.actor import Actor
from models.types.errors import NotAllowed
from models.types.trial import TrialStep
from tui.bridge_setup import Proposal, Words
from tui.render.setup_item import Item, Room
from tui.setup import account_form, accounts, addresses, brands, check, domains, groups
from tui.setup.gate import Gate, Signing, Trial

T = TypeVar("T")
ROOMS: Mapping[Room, ModuleType] = {
    Room.ACCOUNTS: accounts,
    Room.ADDRESSES: addresses,
    Room.BRANDS: brands,
    Room.DOMAINS: domains,
    Room.GROUPS: groups,
    Room.CHECK: check,
}


class Run(Protocol):
    """Does blocking work with the database, away from the loop."""

    def __call__(self, work: Callable[[Database], T], /) -> Awaitable[T]:
        """Do it."""


class LocalSetup:
    """A ``tui.bridge_setup.Setup``."""

    def __init__(self, run: Run, actor: Actor, gate: Gate, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._actor = actor
        self._gate = gate
        self._clock = clock
        self._signing: Signing | None = None
        self._reference = ""

    async def items(self, room: Room) -> tuple[Item, ...]:
        """List a room."""
        found: tuple[Item, ...] = await self._run(lambda database: database.read(ROOMS[room].items, self._clock()))
        return found

    async def words(self) -> Words:
        """List what fields may become."""
        return await self._run(lambda database: database.read(words.words))

    async def proposal(self, address: str) -> Proposal | None:
        """Find the provider of an address."""

        def found(_: Database) -> Proposal | None:
            from models.presets.find import by_address

            preset = by_address(address)
            return account_form.proposal(address, preset) if preset is not None else None

        return await self._run(found)

    async def keep(self, room: Room, item: Item | None, values: Mapping[str, str]) -> AsyncIterator[TrialStep | str]:
        """Keep a form."""
        if room is Room.ACCOUNTS:
            async for told in self._keep_account(item, values):
                yield told
            return
        sentence: str = await self._run(
            lambda database: database.write(ROOMS[room].keep, self._actor, item, values, self._clock())
        )
        yield sentence

    async def _keep_account(self, item: Item | None, values: Mapping[str, str]) -> AsyncIterator[TrialStep | str]:
        found, password, moved = await self._run(lambda database: database.read(accounts.said, item, values))
        result = None
        if password is not None:
            await self._run(self._gate.ready_to_seal)
        if found.auth is Auth.OAUTH and not found.secret:
            async for sentence in self._signed_in(found):
                yield sentence
            found, moved = replace(found, secret=self._reference), True
        if moved:
            said = found
            trial = await self._run(lambda database: self._gate.trial(database, said, password))
            async for step in trial.steps():
                yield step
            found, result = trial.said, trial.result
            _must_pass(trial)
        yield await self._run(
            lambda database: database.write(accounts.keep, self._actor, item, found, password, result, self._clock())
        )

    async def test(self, room: Room, item: Item) -> AsyncIterator[TrialStep | str]:
        """Test an item as it is kept: an account's servers, or what others see of a domain."""
        if room is Room.DOMAINS:
            report = await self._run(lambda database: self._gate.examine(database, item.key))
            for step in domains.steps(report):
                yield step
            yield domains.verdict(report)
            return
        found = await self._run(lambda database: database.read(accounts.stored, item))
        trial = await self._run(lambda database: self._gate.trial(database, found, None))
        async for step in trial.steps():
            yield step
        yield await self._run(
            lambda database: database.write(accounts.tested, self._actor, item, trial.result, self._clock())
        )

    async def sign_in(self, item: Item) -> AsyncIterator[TrialStep | str]:
        """Sign an account in, test it, then let the new consent replace the old one."""
        found = replace(await self._run(lambda database: database.read(accounts.stored, item)), auth=Auth.OAUTH)
        async for sentence in self._signed_in(found):
            yield sentence
        found = replace(found, secret=self._reference)
        trial = await self._run(lambda database: self._gate.trial(database, found, None))
        async for step in trial.steps():
            yield step
        _must_pass(trial)
        yield await self._run(
            lambda database: database.write(
                accounts.keep, self._actor, item, trial.said, None, trial.result, self._clock()
            )
        )

    async def _signed_in(self, found: NewAccount) -> AsyncIterator[str]:
        def made(database: Database) -> Signing:
            return self._gate.sign_in(database, found, database.read(accounts.provider, found))

        self._signing = signing = await self._run(made)
        try:
            async for sentence in signing.steps():
                yield sentence
            self._reference = signing.reference
        finally:
            self._signing = None

    async def make_key(self, item: Item) -> tuple[str, ...]:
        """Make a key that signs a domain's mail."""

        def made(database: Database) -> tuple[str, ...]:
            database.read(admin.require, self._actor)
            self._gate.ready_to_seal(database)
            return database.write(domains.make_key, self._actor, item, self._gate.dkim_key(), self._clock())

        return await self._run(made)

    def paste(self, text: str) -> None:
        """Hand over what the browser ended at."""
        if self._signing is None:
            raise NotAllowed("Nobody is being signed in just now.", "s signs an account in.")
        self._signing.paste(text)

    async def switch(self, room: Room, item: Item) -> str:
        """Switch an item on or off."""
        sentence: str = await self._run(
            lambda database: database.write(ROOMS[room].switch, self._actor, item, self._clock())
        )
        return sentence

    async def remove(self, room: Room, item: Item) -> tuple[str, ...]:
        """Take an item out."""
        told: tuple[str, ...] = await self._run(
            lambda database: database.write(ROOMS[room].remove, self._actor, item, self._clock())
        )
        return told


def _must_pass(trial: Trial) -> None:
    failed = trial.result.failure
    if failed is not None:
        raise NotAllowed(f"Not saved: the test failed at {failed.name!r}. {failed.sentence}", failed.remedy)
    if not trial.result.passed:
        raise NotAllowed("Not saved: the test did not come to its end.", "Save again.")
