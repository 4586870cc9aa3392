"""The ``:`` and ``/`` lines: what is typed there, what it can become, and where the keys go afterwards."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui import commands
from tui.keys import Command, Context, Situation
from tui.widgets.drained import drained

if TYPE_CHECKING:
    from tui.panels.command_line import CommandLine

SHOWN = 12  # completions listed


class Prompt:
    """One question at a time. It knows the command line; records and panes it reaches through what it is given."""

    def __init__(
        self,
        table: Sequence[Command],
        situation: Callable[[Context], Situation],
        run: Callable[[Command, str], None],
        search: Callable[[str], None],
        say: Callable[[str], None],
        offer: Callable[[str], None],
        refuse: Callable[[str], None],
        leave: Callable[[Context], None],
    ) -> None:
        self._table = table
        self._situation = situation
        self._run = run
        self._search = search
        self._say = say
        self._offer = offer
        self._refuse = refuse
        self._leave = leave
        self._line: CommandLine | None = None
        self._asked_from = Context.LIST
        self._search_before = ""

    def open(self, line: "CommandLine", asked_from: Context, prompt: str, text: str) -> None:
        """Ask. For "/" ``text`` is the search so far."""
        self._line, self._asked_from, self._search_before = line, asked_from, text
        line.open(prompt, text)

    def changed(self, prompt: str, text: str) -> None:
        """Search as it is typed; for a command list what it can become. Late news of a closed line is ignored."""
        if self._line is None:
            return
        if prompt == "/":
            self._search(text)
            return
        found = commands.complete(text, self._situation(self._asked_from), self._table)
        self._offer("  ".join(found[:SHOWN]))

    async def complete(self) -> None:
        """Continue the line with the first candidate."""
        if self._line is None or self._line.prompt != ":":
            return
        await drained(self._line.input)
        found = commands.complete(self._line.input.value, self._situation(self._asked_from), self._table)
        if found:
            self._line.put(found[0])

    async def leave(self) -> None:
        """Close without doing anything; a search goes back to what it was."""
        if self._line is None:
            return
        await drained(self._line.input)
        if self._line.prompt == "/":
            self._search(self._search_before)
        self._close()

    async def enter(self) -> None:
        """Run the line."""
        if self._line is None:
            return
        await drained(self._line.input)
        prompt, text = self._line.prompt, self._line.input.value
        self._close()
        if prompt == "/":
            self._search(text)
            return
        typed = commands.parse(text, self._situation(self._asked_from), self._table)
        if isinstance(typed, str):
            self._refuse(typed)
        else:
            self._run(typed.command, typed.argument)

    def _close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        self._say("")
        self._leave(self._asked_from)
