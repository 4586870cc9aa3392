"""The automation rules in the order they are asked, and the cursor among them."""

from dataclasses import dataclass

from textual.message import Message

from models.types.automation import RuleView
from tui.render.ink import Line
from tui.render.rule import EMPTY, rule_row
from tui.widgets.cursor_list import CursorList


class RuleList(CursorList):
    """All are loaded; news keep the cursor on its rule."""

    @dataclass
    class Moved(Message):
        """The cursor is on another rule, or that rule changed."""

        view: RuleView | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._views: tuple[RuleView, ...] = ()

    @property
    def current(self) -> RuleView | None:
        """The rule under the cursor."""
        return self._views[self._cursor] if self._views else None

    def put(self, views: tuple[RuleView, ...], name: str = "") -> None:
        """Take the rules as they are now; ``name``: the one to stand on, "" = where the cursor was."""
        wanted = self.current.rule.id if self.current else 0
        self._views, self._loaded = views, True
        fits = (at for at, one in enumerate(views) if (one.rule.name == name if name else one.rule.id == wanted))
        self.go(next(fits, self._cursor))

    # -- what a list with a cursor asks

    @property
    def count(self) -> int:
        """How many rules there are."""
        return len(self._views)

    @property
    def empty(self) -> str:
        """What to say when there are none."""
        return EMPTY

    def row(self, index: int) -> Line:
        """Paint a rule."""
        return rule_row(self._views[index], self.size.width - 2)

    def tell(self) -> None:
        """Announce the rule under the cursor."""
        self.post_message(self.Moved(self.current))
