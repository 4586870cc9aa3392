"""From a command's id to what every screen with a list and a form does; what only one of them does, it says itself."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui.keys import Command

if TYPE_CHECKING:
    from tui.screens.filling import FillingScreen


class FillingDeeds(ABC):
    """Does what a command says, now that it is known to apply; what must be awaited is given back."""

    def __init__(self, screen: "FillingScreen") -> None:
        self._over = screen

    @abstractmethod
    def own(self, place: str, deed: str, argument: str) -> None:
        """Do what only this screen does."""

    def do(self, command: Command, argument: str) -> Awaitable[None] | None:
        """Do it."""
        place, _, deed = command.id.partition(".")
        if place == "form":
            return self.form(deed)
        if place == "list":
            self._move(deed)
        elif place == "app":
            self._app(deed)
        else:
            self.own(place, deed, argument)
        return None

    def form(self, deed: str) -> Awaitable[None] | None:
        """Walk, page, save or leave the form, if one is there."""
        form = self._over.form_there
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
        """Move in the list; page the details, which are longer than the lists."""
        items, details = self._over.list, self._over.pane.details
        deeds: dict[str, Callable[[], object]] = {
            "down": lambda: items.move(1),
            "up": lambda: items.move(-1),
            "page_down": lambda: details.page(1),
            "page_up": lambda: details.page(-1),
            "top": lambda: items.edge(-1),
            "bottom": lambda: items.edge(1),
        }
        deeds[deed]()

    def _app(self, deed: str) -> None:
        screen = self._over
        deeds: dict[str, Callable[[], object]] = {
            "back": screen.back,
            "command": screen.prompt,
            "help": screen.help,
            "redraw": screen.redraw,
        }
        deeds[deed]()
