"""What the set-up screen may touch: rooms of items with their forms. Handed over by ``tui.bridge.Desk.setup``.

A form's values are text, as typed; whoever keeps them reads them and raises ``Unfit`` with what is wrong, by field.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from models.types.trial import TrialStep
from tui.render.setup_item import Item, Room

Words = Mapping[str, tuple[str, ...]]  # what fields may become: "accounts", "brands", "logins", "groups", "kinds" ...


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a provider's preset says of an address being typed: values for empty fields, and what a person must do."""

    name: str
    values: Mapping[str, str]
    notes: tuple[str, ...]


class Setup(Protocol):
    """Reads and changes, for one agent. Who may not change a thing hears ``NotAllowed`` with whom to ask."""

    async def items(self, room: Room) -> tuple[Item, ...]:
        """List a room."""

    async def words(self) -> Words:
        """List what fields may become."""

    async def proposal(self, address: str) -> Proposal | None:
        """Find the provider of an address; None: it is not known, or no whole address yet."""

    def keep(self, room: Room, item: Item | None, values: Mapping[str, str]) -> AsyncIterator[TrialStep | str]:
        """Keep a form (None: a new item): the steps of a test where there is one, last the sentence to show.

        ``Unfit``, ``NotAllowed``, ``Overtaken`` (somebody changed ``item`` since it was read): nothing was kept.
        """

    def test(self, room: Room, item: Item) -> AsyncIterator[TrialStep | str]:
        """Test an item as it is kept: each step, last the sentence to show."""

    def sign_in(self, item: Item) -> AsyncIterator[TrialStep | str]:
        """Sign an account in at its provider: sentences that say where to go and what to type, then how it ended."""

    async def make_key(self, item: Item) -> tuple[str, ...]:
        """Make a key that signs a domain's mail; what to add to DNS, and what happens then."""

    def paste(self, text: str) -> None:
        """Hand the sign-in that runs what the browser ended at."""

    async def switch(self, room: Room, item: Item) -> str:
        """Switch an item on or off; the sentence to show."""

    async def remove(self, room: Room, item: Item) -> tuple[str, ...]:
        """Take an item out; what that means, in sentences."""
