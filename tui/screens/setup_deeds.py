"""From a command's id to what the set-up does."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui.keys import Command, Context
from tui.panels.help import help_lines
from tui.render.setup_item import Room

if TYPE_CHECKING:
    from tui.screens.setup import SetupScreen

ROOMS = tuple(Room)


class SetupDeeds:
    """Does what a command says, now that it is known to apply; what must be awaited is given back."""

    def __init__(self, screen: "SetupScreen") -> None:
        self._screen = screen

    def do(self, command: Command, argument: str) -> Awaitable[None] | None:
        """Do it."""
        place, _, deed = command.id.partition(".")
        if place == "form":
            return self._form(deed)
        places: dict[str, Callable[[str], None]] = {
            "list": self._move,
            "view": self._turn,
            "setup": lambda deed: self._act(deed, argument),
            "app": self._app,
        }
        places[place](deed)
        return None

    def _form(self, deed: str) -> Awaitable[None] | None:
        form = self._screen.pane.form
        if form is None:
            return None
        steps = self._screen.pane.steps
        if steps.display and deed in ("page_down", "page_up"):
            steps.page(1 if deed == "page_down" else -1)
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
        items = self._screen.list
        deeds: dict[str, Callable[[], None]] = {
            "down": lambda: items.move(1),
            "up": lambda: items.move(-1),
            "page_down": lambda: self._page(1),
            "page_up": lambda: self._page(-1),
            "top": lambda: items.edge(-1),
            "bottom": lambda: items.edge(1),
        }
        deeds[deed]()

    def _page(self, direction: int) -> None:
        """Page the details, which are longer than the lists."""
        self._screen.pane.details.page(direction)

    def _turn(self, deed: str) -> None:
        step = 1 if deed == "next" else -1
        self._screen.turn_to(ROOMS[(ROOMS.index(self._screen.room) + step) % len(ROOMS)])

    def _act(self, deed: str, argument: str) -> None:
        screen = self._screen
        if deed in tuple(Room):
            screen.turn_to(Room(deed))
            return
        item = screen.list.current
        if deed == "leave":
            screen.dismiss()
        elif deed == "add" or item is None:
            self._add()
        elif deed == "edit":
            self._edit()
        elif deed == "test":
            screen.runs.test(item)
        elif deed == "sign_in":
            screen.runs.sign_in(item)
        elif deed == "key":
            screen.runs.make_key(item)
        elif deed == "paste":
            screen.runs.paste(argument)
        elif deed == "switch":
            screen.runs.switch(item)
        elif deed == "remove":
            screen.runs.remove(item)

    def _add(self) -> None:
        if self._screen.room is Room.CHECK:
            self._screen.say("Findings come by themselves; Tab goes to the lists.")
        else:
            self._screen.open_form(None)

    def _edit(self) -> None:
        item = self._screen.list.current
        if item is None:
            self._add()
        elif item.room is not None:
            self._screen.turn_to(item.room, item.target)
        elif item.values:
            self._screen.open_form(item)
        else:
            self._screen.say("There is nothing to change about it here.")

    def _app(self, deed: str) -> None:
        screen = self._screen
        deeds: dict[str, Callable[[], object]] = {
            "back": screen.back,
            "command": screen.prompt,
            "help": self._help,
            "redraw": screen.redraw,
        }
        deeds[deed]()

    def _help(self) -> None:
        table = self._screen.table
        self._screen.lay("help", lambda width: help_lines(table, Context.SETUP, width))
