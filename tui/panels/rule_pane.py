"""Below the list of rules: one rule in words, something to be read, or the form, which takes the list's place, too."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical

from models.types.automation import Rule, Terms
from tui.panels import rule_form
from tui.render import wash
from tui.render.ink import Line, Role
from tui.widgets.form import Form
from tui.widgets.pager import Pager
from tui.widgets.painted import Lines

NEW = Rule("", ())


class RulePane(Vertical):
    """Shows one of them; a form stays until it is saved or left, whatever happens around it."""

    DEFAULT_CSS = """
    RulePane { height: 1fr; }
    RulePane #rules-title { height: 1; background: $surface; }
    RulePane #rules-details { height: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.over = False  # help or a dry run lies over the rule
        self.base: Rule | None = None  # what the form was filled from; None: a new rule
        self.form: Form | None = None
        self._title = Lines(id="rules-title")
        self.details = Pager(id="rules-details")

    def compose(self) -> ComposeResult:
        """Lay out title and details; the form is mounted when it is wanted."""
        yield self._title
        yield self.details

    def lay(self, title: str, lines: Callable[[int], list[Line]], *, over: bool = True) -> None:
        """Show lines; ``over``: until somebody closes them, and what is not waits for that."""
        if self.form is not None or (self.over and not over):
            return
        self.over = over

        def painted() -> list[Line]:
            return [((" ", Role.TEXT), *line) for line in lines(max(self.details.size.width - 2, 20))]

        self._show_title(title)
        self.details.show([painted])

    async def open(self, rule: Rule | None, terms: Callable[[], Terms]) -> None:
        """Mount the form of a rule, filled; None: of a new one."""
        self.base, self.over = rule, False
        form = Form(rule_form.specs(terms), id="rule-form")
        self.details.display = False
        await self.mount(form)
        form.fill(rule_form.values(rule or NEW))
        self.form = form
        self._show_title(f"{rule.name if rule else 'new rule'}   Ctrl-S saves, Esc leaves")
        form.begin()

    async def close(self) -> None:
        """Take the form away."""
        if self.form is not None:
            form, self.form = self.form, None
            self.details.display = True
            await form.remove()

    def read(self, form: Form) -> Rule:
        """Read the rule that is typed. ``Unfit`` says what cannot be read, by field."""
        return rule_form.read(form.values, self.base)

    def _show_title(self, text: str) -> None:
        self._title.show(((f" {wash.line(text)}", Role.MUTED),))
