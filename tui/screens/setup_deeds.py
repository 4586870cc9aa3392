"""From a command's id to what the set-up does."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from tui.render.setup_item import Room
from tui.screens.filling_deeds import FillingDeeds

if TYPE_CHECKING:
    from tui.screens.setup import SetupScreen

ROOMS = tuple(Room)


class SetupDeeds(FillingDeeds):
    """What is done with rooms and their items."""

    def __init__(self, screen: "SetupScreen") -> None:
        super().__init__(screen)
        self._screen = screen

    def own(self, place: str, deed: str, argument: str) -> None:
        """Turn to another room, or do something with the item under the cursor."""
        if place == "view":
            self._turn(deed)
        else:
            self._act(deed, argument)

    def form(self, deed: str) -> Awaitable[None] | None:
        """Page the steps of a test while they stand there, else the form."""
        pane = self._screen.pane
        if pane.form is not None and pane.steps.display and deed in ("page_down", "page_up"):
            pane.steps.page(1 if deed == "page_down" else -1)
            return None
        return super().form(deed)

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
