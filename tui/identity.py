"""What this process calls itself: to the other processes of the desk, and to mail servers."""

import os
import secrets
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.store.database import Database
    from tui.settings import Settings


def holder() -> str:
    """Name this process in leases; never the same twice, at most 64 characters."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"


def hostname(settings: "Settings", database: "Database") -> str:
    """Name for EHLO: the setting, else the desk's first domain.

    Not ``socket.getfqdn()``: it may wait for a name server, and tells customers a machine's name.
    """
    if settings.hostname:
        return settings.hostname
    from models.store import desk_facts

    domains = database.read(desk_facts.read).domains
    return domains[0].name if domains else "localhost"
