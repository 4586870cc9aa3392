"""Who sits here: the agent is the operating system's user."""

import os
import pwd
from dataclasses import dataclass

from models.types.errors import NotAllowed


@dataclass(frozen=True, slots=True)
class Login:
    """The user's login and full name ("" when the system knows none)."""

    login: str
    name: str


def whoami() -> Login:
    """Ask the system who runs this process. An environment variable cannot make somebody else of it."""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError as error:
        raise NotAllowed(
            f"The system knows no user with the number {os.getuid()}.", "nightdesk needs a login to know the agent by."
        ) from error
    return Login(entry.pw_name[:64], entry.pw_gecos.partition(",")[0].strip()[:120])
