"""What a name server said, or did not."""

from dataclasses import dataclass
from enum import StrEnum


class Asked(StrEnum):
    """How a question ended. Only the first three are answers."""

    FOUND = "found"
    NOTHING = "nothing"  # the name is there and has no such record
    NO_NAME = "no name"
    UNREACHABLE = "unreachable"  # nobody answered, or only to say that it cannot: what is there is not known


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. ``kind``: TXT, MX, A, AAAA, PTR; for PTR the name is an address."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``values``: texts joined, "10 host" for MX, addresses, names without their last dot.

    Foreign and unwashed.
    """

    asked: Asked
    values: tuple[str, ...] = ()
    why: str = ""  # of UNREACHABLE


Answers = dict[Question, Answer]
