"""The addresses a reply could go out as, one line each: the chosen one marked, the others with why not."""

from models.types.sender import SenderOptions, Weighed
from tui.render import wash
from tui.render.cells import cut, pad
from tui.render.ink import Line, Role

_WIDEST = 34  # cells of an address, so that the reason has room


def sender_lines(options: SenderOptions, chosen: str, width: int) -> list[Line]:
    """Paint those available in the order of the rules, then the others; ``chosen`` "" = as the rules say."""
    if not options.listed:
        return [(("No sending address is set up; ask an admin of the desk.", Role.BAD),)]
    now = chosen or options.usual
    wide = min(max(len(wash.line(one.address)) for one in options.listed), _WIDEST, width // 2)
    listed = sorted(options.listed, key=lambda one: not one.available)
    return [_line(one, options.usual, one.address == now, wide, width) for one in listed]


def _line(one: Weighed, usual: str, here: bool, wide: int, width: int) -> Line:
    mark = ("▸ ", Role.KEY) if here else ("  ", Role.TEXT)
    address = pad(wash.line(one.address), wide) + "  "
    room = max(width - len(address) - 2, 10)
    if not one.available:
        return mark, (address, Role.MUTED), (cut(f"not available: {wash.line(one.because, 200)}", room), Role.BAD)
    words = f"{'usual · ' if one.address == usual else ''}{wash.line(one.rule, 80)}"
    return mark, (address, Role.STRONG if here else Role.TEXT), (cut(words, room), Role.MUTED)
