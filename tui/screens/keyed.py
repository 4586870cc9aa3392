"""A screen whose keys are the command table's: one letter or two, or a typed line, run a command or say why not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.screen import Screen

from tui import commands
from tui.keys import Command, Context, Situation
from tui.render.ink import Line
from tui.screens.bindings import bindings
from tui.screens.prefix import Prefix
from tui.screens.prompt import Prompt

if TYPE_CHECKING:
    from tui.panels.status import StatusLine


class KeyedScreen(Screen[None], inherit_bindings=False):
    """Turns keys into commands; where the keys go and what a command does, its subclass says."""

    class Redraw(Message):
        """The terminal's picture may be wrong; the app knows how to draw it whole."""

    status: "StatusLine"
    BINDINGS: ClassVar[list[BindingType]] = bindings()
    AUTO_FOCUS: ClassVar[str | None] = None

    def __init__(self, table: Sequence[Command]) -> None:
        super().__init__()
        self.table = tuple(table)
        self._prefix = Prefix(self.table)
        self._prompt = Prompt(
            self.table,
            self.situation,
            self.run_command,
            self.search_for,
            self.say,
            self.offer,
            self.refuse,
            self.give_keys,
        )
        self._refusal = ""  # what was said of the key before this one, if it did not apply

    # -- what a subclass says

    @property
    def context(self) -> Context | None:
        """The place that has the keys; None while a command is typed."""
        raise NotImplementedError

    @property
    def asking(self) -> bool:
        """The command line is open."""
        raise NotImplementedError

    def situation(self, context: Context | None = None) -> Situation:
        """What decides whether a command applies."""
        raise NotImplementedError

    def do(self, command: Command, argument: str) -> None:
        """Do what a command says, now that it is known to apply."""
        raise NotImplementedError

    def ask(self, command: Command) -> None:
        """Ask for a command's argument."""
        raise NotImplementedError

    def search_for(self, words: str) -> None:
        """Search, as it is typed."""
        raise NotImplementedError

    def give_keys(self, context: Context) -> None:
        """Put the keys back where they were before a line was typed."""
        raise NotImplementedError

    def show_hints(self, line: Line | None) -> None:
        """Show this in the footer; None: the keys of the place."""
        raise NotImplementedError

    async def at_rest(self) -> None:
        """Return when the next key may be looked at."""
        raise NotImplementedError

    async def flush(self) -> None:
        """Keep what is typed and not saved. NightdeskError when it cannot be."""
        raise NotImplementedError

    async def ready_for(self, command: Command) -> None:
        """Return when this command finds what it is about."""
        await self.at_rest()

    # -- what is said

    def say(self, sentence: str, *, bad: bool = False) -> None:
        """Say something in the status line."""
        self.status.say(sentence, bad=bad)

    def offer(self, words: str) -> None:
        """Show what a typed line can become."""
        self.status.offer(words)

    def refuse(self, sentence: str) -> None:
        """Say why a key does not apply, until the next one that does something."""
        self._refusal = sentence
        self.say(sentence)

    def _forget_refusal(self) -> None:
        if self._refusal and self.status.sentence == self._refusal:
            self.say("")
        self._refusal = ""

    # -- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key works where its command does; after the first of two letters every key is the second."""
        context = self.context
        if action == "second":
            return bool(self._prefix)
        if action == "prompt":
            return context is None and self.asking
        if action == "begin":
            return self._begins(str(parameters[0]), context)
        if action == "run":
            command = commands.by_id(str(parameters[0]), self.table)
            return bool(self._prefix) or (context is not None and context in command.contexts)
        return True

    def _begins(self, key: str, context: Context | None) -> bool:
        return any(
            context in command.contexts and len(sequence) > 1 and sequence[0] == key
            for command in self.table
            for sequence in command.sequences
        )

    def action_begin(self, key: str) -> None:
        """Wait for the second letter, and say which there are."""
        self._prefix.begin(key)
        self.show_hints(self._prefix.choices(self.context))

    async def action_second(self, key: str) -> None:
        """Run what two letters mean."""
        meant = self._prefix.end(key, self.context)
        self.show_hints(None)
        await self.at_rest()
        if isinstance(meant, str):
            self.refuse(meant)
            return
        self.run_command(meant)
        await self.at_rest()

    def on_key(self, event: events.Key) -> None:
        """Eat a second letter that no command has."""
        if self._prefix:
            event.stop()
            event.prevent_default()
            self._no_second()

    def _no_second(self) -> None:
        sentence = self._prefix.end()
        self.show_hints(None)
        self.refuse(str(sentence))

    async def action_prompt(self, deed: str) -> None:
        """Enter, leave or complete the command line."""
        deeds = {"enter": self._prompt.enter, "leave": self._prompt.leave, "complete": self._prompt.complete}
        await deeds[deed]()
        await self.at_rest()

    async def action_run(self, command_id: str) -> None:
        """Run a command from its key; keys typed meanwhile wait their turn."""
        if self._prefix:
            if command_id == "app.back":
                self._prefix.end()
                self.show_hints(None)
            else:
                self._no_second()
            return
        command = commands.by_id(command_id, self.table)
        await self.ready_for(command)
        self.run_command(command)
        await self.at_rest()

    async def interrupt(self) -> None:
        """Leave what waits for more letters; else say how to leave: Ctrl-C ends nothing that could be lost."""
        if self._prefix:
            self._prefix.end()
            self.show_hints(None)
        elif self.asking:
            await self.action_prompt("leave")
        else:
            self.refuse("Ctrl-C ends nothing here: Esc goes back, q in the list leaves.")

    def run_command(self, command: Command, argument: str = "") -> None:
        """Run a command, or say why it does not apply now."""
        refusal = commands.refused(command, self.situation())
        self._forget_refusal()
        if refusal:
            self.refuse(refusal)
        elif command.argument and not argument:
            self.ask(command)
        else:
            self.do(command, argument)
