"""Automation rules: their list, what each says and did, what it would do, and the form to change it.

It lies over the desk, which goes on behind it; everything typed stays until it is saved or thrown away on purpose.
"""

from collections.abc import Awaitable, Sequence

from textual import work
from textual.app import ComposeResult
from textual.timer import Timer

from models.types.automation import Rule, RuleView, Terms
from models.types.change import Change
from models.types.errors import Unfit
from tui.bridge import Desk
from tui.keys import Command, Context
from tui.panels.clock import Clock
from tui.panels.form_pane import Fitted
from tui.panels.rule_list import RuleList
from tui.panels.rule_pane import RulePane
from tui.render.ink import Role
from tui.render.rule import details, rehearsed
from tui.screens.filling import FillingScreen
from tui.screens.rules_deeds import RulesDeeds
from tui.widgets.form import Form
from tui.widgets.painted import Lines

NEWS_SECONDS = 0.5  # news comes in bursts


class RulesScreen(FillingScreen):
    """The list on top, below it the rule under the cursor; a form takes the place of both."""

    CSS = """
    RulesScreen { layout: vertical; background: $background; color: $foreground; scrollbar-size: 0 0; }
    RulesScreen #rules-head { height: 1; background: $surface; }
    RulesScreen #rules-list { height: 40%; }
    RulesScreen.-filling #rules-list { display: none; }
    RulesScreen #status, RulesScreen #hints { height: 1; background: $surface; }
    """

    list: RuleList
    pane: RulePane
    PLACE = Context.RULES

    def __init__(self, desk: Desk, clock: Clock, table: Sequence[Command]) -> None:
        super().__init__(desk, clock, table)
        self._rules = desk.rules
        self._clock = clock
        self._terms = Terms({})
        self._news: Timer | None = None  # until it, what changed is gathered
        self._shown = 0  # the id of the rule below the list
        self.list = RuleList(id="rules-list")
        self.pane = RulePane(id="rules-pane")
        self.head = Lines(id="rules-head")
        self._deeds = RulesDeeds(self)

    def compose(self) -> ComposeResult:
        """Lay out the panes."""
        yield self.head
        yield self.list
        yield self.pane
        self.command_line.display = False
        yield self.status
        yield self.command_line
        yield self.hints

    def on_mount(self) -> None:
        """Read the rules."""
        self.set_focus(self.list)
        self.status.read_health()
        self.read()

    # -- the list and the details

    def look_again(self, change: Change) -> None:
        """Read again what may have changed: the rules, and what they did; a form keeps what is typed."""
        self.status.look_again()
        if self._news is None:
            self._news = self.set_timer(NEWS_SECONDS, self._read_news)

    def _read_news(self) -> None:
        self._news = None
        self.read()

    @work(exclusive=True, group="read", exit_on_error=False)
    async def read(self, name: str = "") -> None:
        """Read the rules again; ``name``: the one to stand on."""
        self._settled.clear()
        try:
            await self._reread(name)
        finally:
            self._settled.set()

    async def _reread(self, name: str = "") -> None:
        views = await self._rules.every()
        self._terms = await self._rules.terms()
        on = sum(view.rule.active for view in views)
        words = f" Automation rules: {on} on, {len(views) - on} off" if views else " Automation rules"
        self.head.show(((words, Role.STRONG), ("   asked from the top", Role.MUTED)))
        self.list.put(views, name)

    def on_rule_list_moved(self, event: RuleList.Moved) -> None:
        """Show the rule under the cursor; a form, and what lies over the same rule, stay."""
        rule_id = event.view.rule.id if event.view else 0
        if rule_id != self._shown:
            self._shown, self.pane.over = rule_id, False
        self._show(event.view)
        self.show_hints(None)

    @work(exclusive=True, group="show", exit_on_error=False)
    async def _show(self, view: RuleView | None) -> None:
        if view is None:
            self.pane.lay("", lambda _: [], over=False)
            return
        applied = await self._rules.newest(view.rule.id)
        now = self._clock()
        self.pane.lay(view.rule.name, lambda width: details(view, applied, now, width), over=False)

    def lay(self, title: str, lines: Fitted) -> None:
        """Lay something over the rule until Esc."""
        self.pane.lay(title, lines)

    def back(self) -> None:
        """Take away what lies over the details, then leave."""
        if self.pane.over:
            self.pane.over = False
            self.show_current()
        else:
            self.dismiss()

    # -- what is done with a rule

    @work(exclusive=True, group="test", exit_on_error=False)
    async def try_out(self, view: RuleView) -> None:
        """Say what it would do to the last records."""
        self.say("Trying …")
        found = await self._rules.test(view.rule)
        self.lay(f"{view.rule.name}: what it would do", lambda width: rehearsed(found, width))
        self.say("Nothing was changed. PgDn pages, Esc closes.")

    @work(group="deed", exit_on_error=False)
    async def switch(self, view: RuleView) -> None:
        """Switch it on or off."""
        self.say(await self._rules.switch(view.rule.id, not view.rule.active))
        await self._reread()

    @work(group="deed", exit_on_error=False)
    async def take_out(self, view: RuleView) -> None:
        """Remove it."""
        self.say(await self._rules.remove(view.rule.id))
        await self._reread()

    @work(group="deed", exit_on_error=False)
    async def undo(self, view: RuleView) -> None:
        """Take back the newest thing it did that stands."""
        applied = await self._rules.newest(view.rule.id)
        newest = next((one for one in applied if one.undone_at is None), None)
        if newest is None:
            self.say("There is nothing this rule did that could be taken back.")
            return
        self.say(await self._rules.undo(newest.id))
        await self._reread()

    # -- the form

    def open_form(self, rule: Rule | None) -> None:
        """Write a rule; None: a new one."""
        self.fill(f"rule {rule.id if rule else 0}", lambda: self.pane.open(rule, lambda: self._terms))

    @work(exclusive=True, group="keep", exit_on_error=False)
    async def keep(self, form: Form) -> None:
        """Save the rule that is typed."""
        form.refuse(())
        try:
            rule = self.pane.read(form)
            sentence = await self._rules.save(rule)
        except Unfit as error:
            left = form.refuse(error.problems)
            self.say("; ".join(one.sentence for one in left) or "Not saved: see below.", bad=True)
            return
        form.keep()
        self.say(sentence)
        self.close_form()
        self.read(rule.name)

    # -- what a screen over the desk says

    def show_current(self) -> None:
        """Show the rule under the cursor."""
        self._show(self.list.current)

    @property
    def shown_room(self) -> str:
        """Rules are one room."""
        return "rules" if self.list.current is not None else ""

    def deed(self, command: Command, argument: str) -> Awaitable[None] | None:
        """Do what a command says."""
        return self._deeds.do(command, argument)

    def read_again(self) -> None:
        """Read the rules."""
        self.read()
