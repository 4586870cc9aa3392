"""From a command's id to what the screen of rules does."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from models.types.automation import RuleView
from tui.screens.filling_deeds import FillingDeeds

if TYPE_CHECKING:
    from tui.screens.rules import RulesScreen


class RulesDeeds(FillingDeeds):
    """What is done with a rule."""

    def __init__(self, screen: "RulesScreen") -> None:
        super().__init__(screen)
        self._screen = screen

    def own(self, place: str, deed: str, argument: str) -> None:
        """Do something with the rule under the cursor."""
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
