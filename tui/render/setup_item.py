"""What can be set up, as values a screen can show: rooms of items, each with its details and its form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tui.render.ink import Role


class Room(StrEnum):
    """What can be set up, in the order of the tabs."""

    ACCOUNTS = "accounts"
    ADDRESSES = "addresses"
    BRANDS = "brands"
    DOMAINS = "domains"
    GROUPS = "groups"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of an item's details; what is foreign in it is washed by whoever paints it."""

    label: str
    text: str
    role: Role = Role.TEXT


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is set up, as its room lists it. ``values``: its form, filled; {}: it has none."""

    key: str
    title: str
    summary: str
    mark: str  # its state in a word
    mark_role: Role
    facts: tuple[Fact, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    revision: int = 0
    active: bool = True
    room: Room | None = None  # where Enter leads, when the item stands for another one
    target: str = ""  # its key there
