"""Help for a place, made from the command table."""

from collections.abc import Sequence

from tui.keys import Command, Context, shown
from tui.render.cells import pad
from tui.render.ink import BLANK, Line, Role

_PLACES = {
    Context.LIST: "in the list",
    Context.THREAD: "in the thread",
    Context.WRITING: "while writing",
    Context.REVIEW: "below a written text",
}


def help_lines(commands: Sequence[Command], context: Context, width: int) -> list[Line]:
    """Paint every command of the place with keys, words and its ":" name; then the rest."""
    here = [command for command in commands if context in command.contexts]
    other = [command for command in commands if context not in command.contexts]
    lines: list[Line] = [((f"Keys {_PLACES[context]}", Role.STRONG), ("   Esc closes, Space pages", Role.MUTED)), BLANK]
    lines += [_command_line(command, width) for command in here]
    lines += [BLANK, (("Elsewhere", Role.STRONG),), BLANK]
    lines += [_command_line(command, width) for command in other]
    return lines


def _command_line(command: Command, width: int) -> Line:
    keys = " ".join(shown(key) for key in command.keys)
    typed = f":{command.name} {command.argument.upper()}".rstrip() if command.name else ""
    words = max(width - 15 - 20, 10)
    return (
        (pad(keys, 13) + "  ", Role.KEY),
        (pad(command.words, words) + "  ", Role.TEXT),
        (typed, Role.MUTED),
    )
