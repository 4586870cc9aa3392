"""``tui.bridge_rules.Rules`` over one database: each a transaction of its own, in a thread."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

from models.types.actor import Actor
from models.types.automation import Application, Rehearsal, Rule, RuleView, Terms

if TYPE_CHECKING:
    from models.store.database import Database

T = TypeVar("T")


class Run(Protocol):
    """Does what it is given with the desk's database, off the loop."""

    def __call__(self, work: "Callable[[Database], T]", /) -> Awaitable[T]:
        """Do it."""


class LocalRules:
    """Rules for one agent. Services are imported in the thread: they bring the ORM."""

    def __init__(self, run: Run, login: str, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._login = login
        self._clock = clock

    async def every(self) -> tuple[RuleView, ...]:
        """List the rules."""

        def read(database: "Database") -> tuple[RuleView, ...]:
            from models.services import rules

            return database.read(rules.every)

        return await self._run(read)

    async def terms(self) -> Terms:
        """Say what rules may name."""

        def read(database: "Database") -> Terms:
            from models.services import rules

            return database.read(rules.terms)

        return await self._run(read)

    async def newest(self, rule_id: int) -> tuple[Application, ...]:
        """Say what a rule did last."""

        def read(database: "Database") -> tuple[Application, ...]:
            from models.store import applications

            return database.read(applications.newest, rule_id=rule_id)

        return await self._run(read)

    async def save(self, rule: Rule) -> str:
        """Keep a rule."""

        def write(database: "Database") -> str:
            from models.services import rules

            database.write(rules.save, self._me(database), rule, self._clock())
            return f"The rule {rule.name} is kept."

        return await self._run(write)

    async def switch(self, rule_id: int, on: bool) -> str:
        """Switch it on or off."""

        def write(database: "Database") -> str:
            from models.services import rules

            return database.write(rules.switch, self._me(database), rule_id, on, self._clock())

        return await self._run(write)

    async def remove(self, rule_id: int) -> str:
        """Take it out."""

        def write(database: "Database") -> str:
            from models.services import rules

            return database.write(rules.remove, self._me(database), rule_id, self._clock())

        return await self._run(write)

    async def test(self, rule: Rule) -> tuple[Rehearsal, ...]:
        """Say what it would do."""

        def read(database: "Database") -> tuple[Rehearsal, ...]:
            from models.services.rehearse import dry_run

            return database.read(dry_run, rule)

        return await self._run(read)

    async def undo(self, application_id: int) -> str:
        """Take back what it did once."""

        def write(database: "Database") -> str:
            from models.services import rule_undo

            return database.write(rule_undo.take_back, application_id, self._login, self._clock())

        return await self._run(write)

    def _me(self, database: "Database") -> Actor:
        from models.store.owner import owns

        return Actor(self._login, owns_database=owns(database.url))
