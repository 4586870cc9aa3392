"""Whether a text for outsiders repeats an internal note (R12)."""

from collections.abc import Iterable

SHORTEST = 16  # characters; shorter lines are greetings and numbers that anybody writes


def repeats_note(text: str, notes: Iterable[str]) -> bool:
    """Tell whether a line of a note stands in the text, however it is quoted or folded."""
    written = _folded(text)
    lines = (_folded(line) for note in notes for line in note.splitlines())
    return any(len(line) >= SHORTEST and line in written for line in lines)


def _folded(text: str) -> str:
    unquoted = (line.lstrip("> \t|") for line in text.splitlines())
    return " ".join(" ".join(unquoted).split()).casefold()
