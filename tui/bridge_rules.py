"""What the screen of automation rules may touch. Handed over by ``tui.bridge.Desk.rules``."""

from typing import Protocol

from models.types.automation import Application, Rehearsal, Rule, RuleView, Terms


class Rules(Protocol):
    """Reads and changes, for one agent. Who may not change rules hears ``NotAllowed`` with whom to ask."""

    async def every(self) -> tuple[RuleView, ...]:
        """The rules in the order they are asked."""

    async def terms(self) -> Terms:
        """What rules may name."""

    async def newest(self, rule_id: int) -> tuple[Application, ...]:
        """What a rule did last, newest first."""

    async def save(self, rule: Rule) -> str:
        """Keep a rule (``id`` 0: a new one); the sentence to show.

        ``Unfit`` names the fields, ``Overtaken`` says who changed it since it was read: nothing was kept.
        """

    async def switch(self, rule_id: int, on: bool) -> str:
        """Switch it on or off; the sentence to show."""

    async def remove(self, rule_id: int) -> str:
        """Take it out; the sentence to show."""

    async def test(self, rule: Rule) -> tuple[Rehearsal, ...]:
        """What this rule alone would do to the last records; nothing is changed. ``Unfit`` as of ``save``."""

    async def undo(self, application_id: int) -> str:
        """Take back one thing a rule did; the sentence to show."""
