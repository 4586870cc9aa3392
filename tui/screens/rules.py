"""Automation rules: their list, what each says and did, what it would do, and the form to change it.

It lies over the desk, which goes on behind it; everything typed stays until it is saved or thrown away on purpose.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress

from textual import events, work
from textual.app import ComposeResult
from textual.timer import Timer
from textual.worker import Worker

from models.types.automation import Rule, RuleView, Terms
from models.types.change import Change
from models.types.errors import Unfit
from models.types.record import View
from tui.bridge import Desk
from tui.keys import Command, Context, Situation
from tui.panels.clock import Clock
from tui.panels.command_line import CommandLine
from tui.panels.help import help_lines
from tui.panels.hints import hints
from tui.panels.rule_list import RuleList
from tui.panels.rule_pane import RulePane
from tui.panels.status import StatusLine
from tui.render.ink import Line, Role
from tui.render.rule import details, rehearsed
from tui.screens.keyed import KeyedScreen
from tui.screens.rules_deeds import RulesDeeds
from tui.screens.trouble import sentence_of
from tui.widgets.fault import Fault, fault_of
from tui.widgets.form import Form
from tui.widgets.painted import Lines

PATIENCE_SECONDS = 2.0  # the longest a slow database keeps the next key waiting
NEWS_SECONDS = 0.5  # news comes in bursts


class RulesScreen(KeyedScreen):
    """The list on top, below it the rule under the cursor; a form takes the place of both."""

    CSS = """
    RulesScreen { layout: vertical; background: $background; color: $foreground; scrollbar-size: 0 0; }
    RulesScreen #rules-head { height: 1; background: $surface; }
    RulesScreen #rules-list { height: 40%; }
    RulesScreen.-writing #rules-list { display: none; }
    RulesScreen #status, RulesScreen #hints { height: 1; background: $surface; }
    """

    def __init__(self, desk: Desk, clock: Clock, table: Sequence[Command]) -> None:
        super().__init__(table)
        self._rules = desk.rules
        self._clock = clock
        self._login = desk.agent.login
        self._terms = Terms({})
        self._settled = asyncio.Event()  # the rules are read, the form is there
        self._doing: Awaitable[None] | None = None
        self._news: Timer | None = None  # until it, what changed is gathered
        self._shown = 0  # the id of the rule below the list
        self.list = RuleList(id="rules-list")
        self.pane = RulePane(id="rules-pane")
        self.head = Lines(id="rules-head")
        self.status = StatusLine(desk, clock, id="status")
        self.hints = Lines(id="hints")
        self.command_line = CommandLine(id="command-line")
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

    def back(self) -> None:
        """Take away what lies over the details, then leave."""
        if self.pane.over:
            self.pane.over = False
            self._show(self.list.current)
        else:
            self.dismiss()

    # -- what is done with a rule

    @work(exclusive=True, group="test", exit_on_error=False)
    async def try_out(self, view: RuleView) -> None:
        """Say what it would do to the last records."""
        self.say("Trying …")
        found = await self._rules.test(view.rule)
        self.pane.lay(f"{view.rule.name}: what it would do", lambda width: rehearsed(found, width))
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
        self._settled.clear()
        self._open_form(rule)

    @work(exclusive=True, group="form", exit_on_error=False)
    async def _open_form(self, rule: Rule | None) -> None:
        try:
            self.add_class("-writing")
            await self.pane.open(rule, lambda: self._terms)
        finally:
            self._settled.set()

    def close_form(self) -> None:
        """Take the form away."""
        self._settled.clear()
        self._close_form()

    @work(exclusive=True, group="form", exit_on_error=False)
    async def _close_form(self) -> None:
        try:
            self.set_focus(self.list)
            await self.pane.close()
            self.remove_class("-writing")
            self._show(self.list.current)
        finally:
            self._settled.set()

    def on_form_said(self, event: Form.Said) -> None:
        """Say what a field takes, or the question."""
        event.stop()
        self.say(event.sentence)

    def on_form_leave(self, event: Form.Leave) -> None:
        """Leave the form."""
        event.stop()
        self.close_form()

    def on_form_save(self, event: Form.Save) -> None:
        """Keep what is typed."""
        event.stop()
        self._keep(event.form)

    @work(exclusive=True, group="keep", exit_on_error=False)
    async def _keep(self, form: Form) -> None:
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

    # -- what a keyed screen says

    @property
    def context(self) -> Context | None:
        """The place that has the keys; None while a command is typed."""
        focused = self.focused
        if focused is None or focused is self.list:
            return Context.RULES
        form = self.pane.form
        return Context.FORM if form is not None and form in focused.ancestors else None

    @property
    def asking(self) -> bool:
        """The command line is open."""
        return self.command_line.display

    def situation(self, context: Context | None = None) -> Situation:
        """What decides whether a command applies."""
        place = context or self.context or Context.RULES
        room = "rules" if self.list.current is not None else ""
        return Situation(context=place, view=View.OPEN, row=None, login=self._login, room=room)

    def do(self, command: Command, argument: str) -> None:
        """Do what a command says."""
        self._doing = self._deeds.do(command)

    def ask(self, command: Command) -> None:
        """Ask for a command's argument."""
        self.prompt(f"{command.name} ")

    def prompt(self, text: str = "") -> None:
        """Ask for a command."""
        self.hints.display = False
        self._prompt.open(self.command_line, self.context or Context.RULES, ":", text)

    def on_command_line_changed(self, event: CommandLine.Changed) -> None:
        """Follow what is typed."""
        self._prompt.changed(event.prompt, event.line)

    def search_for(self, words: str) -> None:
        """There is nothing to search: the rules fit on the screen."""

    def give_keys(self, context: Context) -> None:
        """Put the keys back where they were before a line was typed."""
        self.hints.display = True
        self.set_focus(self.list)

    def say(self, sentence: str, *, bad: bool = False) -> None:
        """Say something in the status line."""
        self.status.say(sentence, bad=bad)

    def on_fault(self, event: Fault) -> None:
        """Say what could not be read."""
        event.stop()
        self.say(sentence_of(event.error), bad=True)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say a failure; what is typed stays."""
        fault = fault_of(event, reading=False)
        if fault is not None:
            self.say(sentence_of(fault.error), bad=True)

    def show_hints(self, line: Line | None) -> None:
        """Show this in the footer; None: the keys of the place."""
        context = self.context
        if line is None and context is not None:
            line = hints([one for one in self.table if context in one.contexts], self.size.width)
        if line is not None:
            self.hints.show(line)

    def help(self) -> None:
        """Show the keys."""
        self.pane.lay("help", lambda width: help_lines(self.table, Context.RULES, width))

    def redraw(self) -> None:
        """Draw everything anew, and read it again."""
        self.post_message(self.Redraw())
        self.read()

    def on_descendant_focus(self) -> None:
        """Show the keys of the new place."""
        self.show_hints(None)

    def on_resize(self, event: events.Resize) -> None:
        """Fill the footer."""
        self.call_after_refresh(self.show_hints, None)

    async def at_rest(self) -> None:
        """Let the next key wait until the rules are read and the form stands, but not for ever."""
        if self._doing is not None:
            doing, self._doing = self._doing, None
            await doing
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._settled.wait()
