"""From a command's id to what the screen of rules does."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from models.types.automation import RuleView
from tui.keys import Command

if TYPE_CHECKING:
    from tui.screens.rules import RulesScreen


class RulesDeeds:
    """Does what a command says, now that it is known to apply; what must be awaited is given back."""

    def __init__(self, screen: "RulesScreen") -> None:
        self._screen = screen

    def do(self, command: Command) -> Awaitable[None] | None:
        """Do it."""
        place, _, deed = command.id.partition(".")
        if place == "form":
            return self._form(deed)
        places: dict[str, Callable[[str], None]] = {"list": self._move, "rules": self._act, "app": self._app}
        places[place](deed)
        return None

    def _form(self, deed: str) -> Awaitable[None] | None:
        form = self._screen.pane.form
        if form is None:
            return None
        deeds: dict[str, Callable[[], Awaitable[None]]] = {
            "save": form.action_save,
            "leave": form.action_leave,
            "next": lambda: form.action_walk(1),
            "previous": lambda: form.action_walk(-1),
            "page_down": lambda: form.action_page(1),
            "page_up": lambda: form.action_page(-1),
        }
        return deeds[deed]()

    def _move(self, deed: str) -> None:
        screen = self._screen
        deeds: dict[str, Callable[[], object]] = {
            "down": lambda: screen.list.move(1),
            "up": lambda: screen.list.move(-1),
            "page_down": lambda: screen.pane.details.page(1),
            "page_up": lambda: screen.pane.details.page(-1),
            "top": lambda: screen.list.edge(-1),
            "bottom": lambda: screen.list.edge(1),
        }
        deeds[deed]()

    def _act(self, deed: str) -> None:
        screen = self._screen
        view = screen.list.current
        if deed == "leave":
            screen.dismiss()
        elif deed == "add" or view is None:
            screen.open_form(None)
        else:
            deeds: dict[str, Callable[[RuleView], object]] = {
                "edit": lambda one: screen.open_form(one.rule),
                "switch": screen.switch,
                "test": screen.try_out,
                "undo": screen.undo,
                "remove": screen.take_out,
            }
            deeds[deed](view)

    def _app(self, deed: str) -> None:
        screen = self._screen
        deeds: dict[str, Callable[[], object]] = {
            "back": screen.back,
            "command": screen.prompt,
            "help": screen.help,
            "redraw": screen.redraw,
        }
        deeds[deed]()
