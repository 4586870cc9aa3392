"""Text measured in terminal cells: cut, pad and wrap it. Takes washed text only."""

from rich.cells import cell_len, chop_cells, set_cell_size

from tui.render.ink import Line, Role


def cut(text: str, width: int) -> str:
    """Shorten to at most ``width`` cells; a cut ends in "…"."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"


def pad(text: str, width: int) -> str:
    """Cut or fill with blanks to exactly ``width`` cells."""
    shown = cut(text, width)
    return shown + " " * (width - cell_len(shown))


def pad_left(text: str, width: int) -> str:
    """As ``pad``, with the blanks in front."""
    shown = cut(text, width)
    return " " * (width - cell_len(shown)) + shown


def length(line: Line) -> int:
    """Measure a line in cells."""
    return sum(cell_len(text) for text, _ in line)


def apart(left: Line, right: Line, width: int) -> Line:
    """Put one line at each end; the left one is cut when both do not fit."""
    room = max(width - length(right) - 1, 0)
    kept = clip(left, room)
    return (*kept, (" " * (width - length(kept) - length(right)), Role.TEXT), *right)


def clip(line: Line, width: int) -> Line:
    """Cut a line of spans to at most ``width`` cells."""
    if length(line) <= width:
        return line
    kept: list[tuple[str, Role]] = []
    for text, role in line:
        if cell_len(text) > width:
            kept.append((cut(text, width), role))
            break
        kept.append((text, role))
        width -= cell_len(text)
    return tuple(kept)


def wrap(text: str, width: int) -> list[str]:
    """Break one paragraph at blanks, or anywhere when a word is wider than the line; indentation is kept."""
    if len(text) <= width and text.isascii():
        return [text]
    if cell_len(text) <= width:
        return [text]
    if not text.isascii():
        return _wrap_wide(text, width)
    lines: list[str] = []
    start, end = 0, len(text)
    while end - start > width:
        at = text.rfind(" ", start, start + width + 1)
        if at <= start or not text[start:at].strip():
            lines.append(text[start : start + width])
            start += width
        else:
            lines.append(text[start:at].rstrip())
            start = at + 1
    lines.append(text[start:])
    return lines


def _wrap_wide(text: str, width: int) -> list[str]:
    lines: list[str] = []
    current, used = "", 0
    for word in text.split(" "):
        size = cell_len(word)
        if current and used + 1 + size <= width:
            current, used = f"{current} {word}", used + 1 + size
            continue
        if current:
            lines.append(current)
        if size <= width:
            current, used = word, size
            continue
        *full, current = chop_cells(word, width) or [""]
        lines.extend(full)
        used = cell_len(current)
    lines.append(current)
    return lines
