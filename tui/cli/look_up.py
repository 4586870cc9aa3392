"""Ask an address's domain for its mail servers, because somebody said --look-up."""

import asyncio
import sys

from gateway.transports.discovery import discover
from gateway.transports.faults import TransportFault
from models.rules.address import domain
from models.types.account import NewAccount
from models.types.errors import NightdeskError, NotAllowed
from models.types.preset import Preset, Protocol, Server
from tui.cli.account_said import from_preset
from tui.render import wash


class NothingFound(NightdeskError):
    """The domain says nothing of use."""

    exit_code = 69  # EX_UNAVAILABLE, sysexits.h


def looked_up(address: str, *, pop3: bool) -> NewAccount:
    """Propose an account by what its domain says. Servers under other names are told, not used."""
    host = domain(address)
    if not host:
        raise NotAllowed(f"{address!r} is no mail address.")
    try:
        found = asyncio.run(discover(host))
    except TransportFault as fault:
        raise NothingFound(fault.sentence, fault.remedy) from fault
    if found.elsewhere:
        named = " ".join(f"--{server.protocol.value}-host {server.host}" for server in found.elsewhere)
        raise NotAllowed(
            f"{host} names servers that are not its own: {', '.join(server.host for server in found.elsewhere)}.",
            f"If you trust them, name them yourself: nightdesk account add {address} {named}",
        )
    for server in found.servers:
        print(wash.line(f"{host} says: {_words(server)}"), file=sys.stderr)
    preset = Preset("", host, (host,), found.servers)
    return from_preset(address, preset, incoming=Protocol.POP3 if pop3 else Protocol.IMAP)


def _words(server: Server) -> str:
    return f"{server.protocol.value} {server.host}:{server.port} ({server.security.value})"
