"""Who asks for a change of the desk's set-up."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A login of the operating system. ``owns_database``: the desk's file is theirs (never on a database server)."""

    login: str
    owns_database: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the desk knows of an actor, for ``rules.admin``."""

    agent: bool  # a working agent of the desk
    flagged: bool  # made an admin by another one
    first: bool  # the desk's first working agent, or there is none yet
    owns_database: bool
