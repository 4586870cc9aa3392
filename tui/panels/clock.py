"""The reader's clock, handed to panels so that tests can stop it."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]


def local_now() -> datetime:
    """Now, in the terminal's time zone."""
    return datetime.now().astimezone()
