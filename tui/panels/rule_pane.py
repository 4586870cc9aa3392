"""Below the list of rules: one rule in words, something to be read, or the form, which takes the list's place, too."""

from collections.abc import Callable

from models.types.automation import Rule, Terms
from tui.panels import rule_form
from tui.panels.form_pane import Fitted, FormPane
from tui.render.ink import Role
from tui.widgets.form import Form

NEW = Rule("", ())


class RulePane(FormPane):
    """Shows one of them."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.over = False  # help or a dry run lies over the rule
        self.base: Rule | None = None  # what the form was filled from; None: a new rule

    def lay(self, title: str, lines: Fitted, *, over: bool = True) -> None:
        """Show lines; ``over``: until somebody closes them, and what is not waits for that."""
        if self.form is not None or (self.over and not over):
            return
        self.over = over
        self._call(title, Role.MUTED)
        self._read(lines)

    async def open(self, rule: Rule | None, terms: Callable[[], Terms]) -> None:
        """Mount the form of a rule, filled; None: of a new one."""
        self.base, self.over = rule, False
        self._call(f"{rule.name if rule else 'new rule'}   Ctrl-S saves, Esc leaves", Role.MUTED)
        await self._put(Form(rule_form.specs(terms)), rule_form.values(rule or NEW))

    def read(self, form: Form) -> Rule:
        """Read the rule that is typed. ``Unfit`` says what cannot be read, by field."""
        return rule_form.read(form.values, self.base)
