"""The automation rules in the order they are asked, and the cursor among them."""

from dataclasses import dataclass

from textual.message import Message

from models.types.automation import RuleView
from tui.render.ink import BLANK, Line, Role
from tui.render.rule import EMPTY, rule_row
from tui.theme import Ground
from tui.widgets.painted import Painted


class RuleList(Painted, can_focus=True):
    """All are loaded; news keep the cursor on its rule."""

    @dataclass
    class Moved(Message):
        """The cursor is on another rule, or that rule changed."""

        view: RuleView | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._views: tuple[RuleView, ...] = ()
        self._loaded = False
        self._cursor = 0
        self._top = 0

    @property
    def current(self) -> RuleView | None:
        """The rule under the cursor."""
        return self._views[self._cursor] if self._views else None

    def put(self, views: tuple[RuleView, ...], name: str = "") -> None:
        """Take the rules as they are now; ``name``: the one to stand on, "" = where the cursor was."""
        wanted = self.current.rule.id if self.current else 0
        self._views, self._loaded = views, True
        fits = (at for at, one in enumerate(views) if (one.rule.name == name if name else one.rule.id == wanted))
        self._go(next(fits, self._cursor))

    def move(self, steps: int) -> None:
        """Move the cursor."""
        self._go(self._cursor + steps)

    def edge(self, direction: int) -> None:
        """Go to the top or the bottom."""
        self._go(0 if direction < 0 else len(self._views) - 1)

    def line(self, y: int) -> tuple[Line, Ground]:
        """Paint a row; the cursor's has a mark and its own ground."""
        index = self._top + y
        if index >= len(self._views):
            empty = self._loaded and not self._views and y == 1
            return ((("  " + EMPTY, Role.MUTED),) if empty else BLANK), Ground.PAGE
        painted = rule_row(self._views[index], self.size.width - 2)
        if index != self._cursor:
            return (("  ", Role.TEXT), *painted), Ground.PAGE
        return (("▌ ", Role.ACCENT), *painted), Ground.CURSOR if self.has_focus else Ground.RESTING

    def _go(self, index: int) -> None:
        self._cursor = min(max(index, 0), max(len(self._views) - 1, 0))
        height = max(self.size.height, 1)
        self._top = min(max(self._top, self._cursor - height + 1), self._cursor)
        self.refresh()
        self.post_message(self.Moved(self.current))

    def on_resize(self) -> None:
        """Keep the cursor on the screen."""
        self._go(self._cursor)

    def on_focus(self) -> None:
        """Brighten the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Rest the cursor."""
        self.refresh()
