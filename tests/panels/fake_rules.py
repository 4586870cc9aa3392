"""Automation rules in memory: judged as the desk judges them, kept in a list."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from models.rules.automation_fit import problems
from models.types.automation import Application, Rehearsal, Rule, RuleView, Terms, Trigger, Verdict
from models.types.errors import Overtaken, Unfit

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TERMS = Terms(
    stages={"ticket": ("new", "open", "solved"), "order": ("quote", "won")},
    brands=("Acme",),
    agents=("anna", "jo"),
    senders=("sales@desk.test",),
    templates=("Welcome",),
    tags=("vip",),
    aliases=("support@desk.test",),
)


class FakeRules:
    """The other side of ``tui.bridge_rules.Rules``."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.kept = {one.id: one for one in rules}
        self.applied: list[Application] = []
        self.overtaken = ""

    async def every(self) -> tuple[RuleView, ...]:
        ordered = sorted(self.kept.values(), key=lambda one: (one.sequence, one.id))
        return tuple(RuleView(one, "anna", AT, *self._counted(one.id)) for one in ordered)

    def _counted(self, rule_id: int) -> tuple[int, datetime | None]:
        mine = [one for one in self.applied if one.rule_id == rule_id]
        return len(mine), mine[0].at if mine else None

    async def terms(self) -> Terms:
        return TERMS

    async def newest(self, rule_id: int) -> tuple[Application, ...]:
        return tuple(one for one in self.applied if one.rule_id == rule_id)

    async def save(self, rule: Rule) -> str:
        if self.overtaken:
            raise Overtaken(self.overtaken)
        others = [one.name for one in self.kept.values() if one.id != rule.id]
        if found := problems(rule, TERMS, others):
            raise Unfit(found)
        kept = replace(rule, id=rule.id or max(self.kept, default=0) + 1, revision=rule.revision + 1)
        self.kept[kept.id] = kept
        return f"The rule {rule.name} is kept."

    async def switch(self, rule_id: int, on: bool) -> str:
        self.kept[rule_id] = replace(self.kept[rule_id], active=on)
        return f"The rule {self.kept[rule_id].name} is {'on' if on else 'off'}."

    async def remove(self, rule_id: int) -> str:
        return f"The rule {self.kept.pop(rule_id).name} is removed; what it did stays."

    async def test(self, rule: Rule) -> tuple[Rehearsal, ...]:
        yes, no = (
            Verdict(rule.id, rule.name, True, "kind is ticket"),
            Verdict(rule.id, rule.name, False, "kind is order"),
        )
        return (
            Rehearsal(
                1, 1001, "Printer \x1b[31mon fire", Trigger.OPENED, (yes,), (f"Rule {rule.name}: tag vip added",)
            ),
            Rehearsal(2, 1002, "Order", Trigger.OPENED, (no,), ()),
        )

    async def undo(self, application_id: int) -> str:
        at = next(n for n, one in enumerate(self.applied) if one.id == application_id)
        self.applied[at] = replace(self.applied[at], undone_at=AT, undone_by="anna")
        return "What the rule did is taken back."
