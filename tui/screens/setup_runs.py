"""What takes its time in the set-up: keeping, testing and signing in, step by step; switching and removing.

One test or sign-in at a time; a failure is said by the screen and loses nothing.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from models.types.errors import NightdeskError, Unfit
from models.types.trial import TrialStep
from tui.bridge_setup import Setup
from tui.render.setup_item import Item
from tui.screens.trouble import sentence_of
from tui.widgets.form import Form

if TYPE_CHECKING:
    from tui.screens.setup import SetupScreen

LONG, SHORT = "long", "short"  # groups of workers: the first can be stopped

Told = AsyncIterator[TrialStep | str]


class SetupRuns:
    """Runs beside the keys; what it tells stands below the form or over the details."""

    def __init__(self, screen: "SetupScreen", setup: Setup) -> None:
        self._screen = screen
        self._setup = setup

    def keep(self, form: Form) -> None:
        """Test and keep what is typed; while a sign-in waits for a paste, hand it over instead."""
        values = dict(form.values)
        running = any(one.group == LONG and one.is_running for one in self._screen.workers)
        if values.get("pasted") and running:
            self.paste(values["pasted"])
        else:
            self._start(self._keep(form, values), LONG)

    def test(self, item: Item) -> None:
        """Test an item as it is kept."""
        self._start(self._watch(item, self._setup.test(self._screen.room, item), "test"), LONG)

    def sign_in(self, item: Item) -> None:
        """Sign in at the provider."""
        self._start(self._watch(item, self._setup.sign_in(item), "sign in"), LONG)

    def make_key(self, item: Item) -> None:
        """Make a key that signs a domain's mail, and show what to add to DNS."""
        self._start(self._make_key(item), SHORT)

    def switch(self, item: Item) -> None:
        """Switch an item on or off."""
        self._start(self._switch(item), SHORT)

    def remove(self, item: Item) -> None:
        """Take an item out."""
        self._start(self._remove(item), SHORT)

    def paste(self, text: str) -> None:
        """Hand the sign-in that runs what the browser ended at."""
        try:
            self._setup.paste(text)
        except NightdeskError as error:
            self._screen.say(sentence_of(error), bad=True)

    def stop(self) -> None:
        """End a test or sign-in that runs."""
        self._screen.workers.cancel_group(self._screen, LONG)

    def _start(self, work: Coroutine[Any, Any, None], group: str) -> None:
        self._screen.run_worker(work, group=group, exclusive=group == LONG, exit_on_error=False)

    async def _keep(self, form: Form, values: Mapping[str, str]) -> None:
        screen, pane = self._screen, self._screen.pane
        form.refuse(())
        pane.clear_steps()
        try:
            sentence = await _walk(self._setup.keep(screen.room, pane.item, values), pane.step)
        except Unfit as error:
            left = pane.refuse(error.problems)
            screen.say("; ".join(one.sentence for one in left) or "Not saved: see below.", bad=True)
            return
        except NightdeskError:
            if pane.failed.endswith(".login") and values.get("login") == "password":
                screen.hush()  # what failed stays said
                form.begin("password")
            raise
        form.keep()
        screen.say(sentence)
        screen.close_form()
        screen.read_room(values.get("name") or values.get("email") or values.get("address") or "")

    async def _watch(self, item: Item, told: Told, word: str) -> None:
        screen = self._screen
        steps: dict[str, TrialStep] = {}
        said: list[str] = []

        def step(one: TrialStep | str) -> None:
            if isinstance(one, TrialStep):
                steps[one.key] = one
            else:
                said.append(one)
            screen.lay_told(item, word, tuple(said), tuple(steps.values()))

        screen.say(f"{word.capitalize()} …")
        screen.say(await _walk(told, step))
        screen.read_room()

    async def _make_key(self, item: Item) -> None:
        said = await self._setup.make_key(item)
        self._screen.lay_told(item, "key", said, ())
        self._screen.say("The record to add stands above.")
        self._screen.read_room()

    async def _switch(self, item: Item) -> None:
        self._screen.say(await self._setup.switch(self._screen.room, item))
        self._screen.read_room()

    async def _remove(self, item: Item) -> None:
        self._screen.say(" ".join(await self._setup.remove(self._screen.room, item)))
        self._screen.read_room()


async def _walk(told: Told, step: Callable[[TrialStep | str], None]) -> str:
    """Show the steps as they come; the last sentence."""
    last = ""
    async with aclosing(told) as steps:  # type: ignore[type-var]
        async for one in steps:
            step(one)
            last = one if isinstance(one, str) else last
    return last
