"""Help for a place, made from the command table."""

from collections.abc import Sequence
from itertools import zip_longest

from tui.keys import Command, Context, shown
from tui.render.cells import pad, wrap
from tui.render.ink import BLANK, Line, Role

KEYS_CELLS, NAME_CELLS = 16, 20
_PLACES = {
    Context.LIST: "in the list",
    Context.THREAD: "in the thread",
    Context.WRITING: "while writing",
    Context.REVIEW: "below a written text",
    Context.SETUP: "in the set-up",
    Context.FORM: "in a form",
    Context.RULES: "in the list of rules",
}


def help_lines(commands: Sequence[Command], context: Context, width: int) -> list[Line]:
    """Paint every command of the place with keys, words and its ":" name; then the rest."""
    here = [command for command in commands if context in command.contexts]
    other = [command for command in commands if context not in command.contexts]
    lines: list[Line] = [((f"Keys {_PLACES[context]}", Role.STRONG), ("   Esc closes, Space pages", Role.MUTED)), BLANK]
    for command in here:
        lines += _command_lines(command, width)
    lines += [BLANK, (("Elsewhere", Role.STRONG),), BLANK]
    for command in other:
        lines += _command_lines(command, width)
    return lines


def _command_lines(command: Command, width: int) -> list[Line]:
    """Paint keys, words and name beside one another; what is long goes on below."""
    keys, *others = wrap(", ".join(shown(key) for key in command.keys), KEYS_CELLS - 1)
    typed = f":{command.name} {command.argument.upper()}".rstrip() if command.name else ""
    room = max(width - KEYS_CELLS - NAME_CELLS - 2, 16)
    first, *rest = wrap(command.words, room)
    head: Line = ((pad(keys, KEYS_CELLS), Role.KEY), (pad(first, room) + "  ", Role.TEXT), (typed, Role.MUTED))
    below = zip_longest(others, rest, fillvalue="")
    return [head, *(((pad(key, KEYS_CELLS), Role.KEY), (part, Role.TEXT)) for key, part in below)]
