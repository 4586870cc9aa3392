"""What forms hold, read; and what is stored, written the way a form holds it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from models.types.errors import FieldProblem, Unfit
from models.types.identity import Edit
from tui.render.ink import Role
from tui.render.setup_item import Fact

YES, NO = "yes", "no"


class Typed:
    """The values of one form. ``done`` raises what was wrong with all of them at once."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._problems: list[FieldProblem] = []

    def text(self, name: str) -> str:
        """A text without blanks around it."""
        return self._values.get(name, "").strip()

    def secret(self, name: str) -> str:
        """A text exactly as it was typed."""
        return self._values.get(name, "")

    def wanted(self, name: str, sentence: str) -> str:
        """A text that must not be empty."""
        found = self.text(name)
        if not found:
            self.refuse(name, sentence)
        return found

    def number(self, name: str, *, default: int) -> int:
        """A whole number, not negative; empty is the default."""
        found = self.text(name)
        if not found:
            return default
        if found.isascii() and found.isdecimal() and len(found) < 10:
            return int(found)
        self.refuse(name, f"{found[:20]!r} is no number.")
        return default

    def yes(self, name: str) -> bool:
        """Whether a choice stands at yes."""
        return self._values.get(name) == YES

    def parts(self, name: str) -> tuple[str, ...]:
        """Several, comma between them; each once."""
        found = (part.strip() for part in self._values.get(name, "").replace(";", ",").split(","))
        return tuple(dict.fromkeys(part for part in found if part))

    def lines(self, name: str) -> str:
        """A text whose "\\\\n" begins a new line."""
        return self.text(name).replace("\\n", "\n")

    def refuse(self, name: str, sentence: str) -> None:
        """Note what is wrong with a field."""
        self._problems.append(FieldProblem(name, sentence))

    def done(self) -> None:
        """Go on when nothing was wrong."""
        if self._problems:
            raise Unfit(self._problems)


def one_line(text: str) -> str:
    """Write a text of several lines as a field holds it."""
    return text.replace("\n", "\\n")


def yes_no(on: bool) -> str:
    """Write a choice."""
    return YES if on else NO


def listed(names: Iterable[str], empty: str) -> str:
    """Write several names, or what none of them means."""
    return ", ".join(names) or empty


def edited(edit: Edit, now: datetime) -> Sequence[Fact]:
    """Say who changed it last."""
    if not edit.revision or edit.at is None:
        return ()
    from tui.render.times import clock

    return (Fact("Last change", f"{edit.by or 'somebody'}, {clock(edit.at, now)}: {edit.what}", Role.MUTED),)
