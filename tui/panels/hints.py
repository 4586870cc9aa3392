"""The footer: the keys of this place, as many as fit."""

from collections.abc import Sequence

from tui.keys import Command, shown
from tui.render.cells import clip
from tui.render.ink import Line, Role, Span


def hints(commands: Sequence[Command], width: int) -> Line:
    """List keys with their words, as many as fit, "? help" always among them."""
    spans: list[Span] = [(" ", Role.TEXT)]
    wanted = [one for one in commands if one.hint and one.keys]
    last = [one for one in wanted if one.id in ("app.help", "app.quit")]
    used, reserve = 1, sum(_hint_cells(one) for one in last)
    for one in [one for one in wanted if one not in last]:
        if used + _hint_cells(one) + reserve > width:
            break
        spans += _hint(one)
        used += _hint_cells(one)
    for one in last:
        spans += _hint(one)
    return clip(tuple(spans), width)


def _hint(command: Command) -> list[Span]:
    return [(shown(command.keys[0]), Role.KEY), (f" {command.hint}  ", Role.MUTED)]


def _hint_cells(command: Command) -> int:
    return len(shown(command.keys[0])) + len(command.hint) + 3
