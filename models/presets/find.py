"""Find the provider of an address, without asking anybody."""

from dataclasses import replace
from functools import cache
from importlib.resources import files

from models.presets.known import KNOWN
from models.rules.address import domain, local, normal
from models.types.account import Security
from models.types.preset import Preset, Protocol, Server

_NO_ENCRYPTION = (
    "The public list knows no encrypted server of this provider. Without encryption nothing is sent: STARTTLS is tried."
)


def every() -> tuple[Preset, ...]:
    """List all providers: those described by hand first, then the public list's others, by name."""
    return (*KNOWN, *(one for one in _listed() if one.name not in {known.name for known in KNOWN}))


def by_name(name: str) -> Preset | None:
    """Find a provider by its name."""
    return next((one for one in every() if one.name == name), None)


def by_address(address: str) -> Preset | None:
    """Find the provider of an address by its domain, or by a domain above it; None: not known."""
    host = domain(address)
    while "." in host:
        for preset in every():
            if host in preset.domains:
                return preset
        host = host.partition(".")[2]
    return None


def filled(server: Server, address: str) -> Server:
    """Write the address's parts into a server's host and user. A user that is no pattern must be asked for: ""."""
    parts = {"address": normal(address), "local": local(address), "domain": domain(address)}
    user = server.user.format(**parts) if "{" in server.user else ("" if " " in server.user else server.user)
    return replace(server, host=server.host.format(**parts), user=user)


@cache
def _listed() -> tuple[Preset, ...]:
    text = files("models.presets").joinpath("ispdb.tsv").read_text("utf-8")
    return tuple(_read(line) for line in text.splitlines() if line and not line.startswith("#"))


def _read(line: str) -> Preset:
    name, title, domains, servers = line.split("\t")
    made = tuple(_server(words) for words in servers.split(";"))
    plain = any(server.security is Security.PLAIN for server in made)
    preset = Preset(
        name,
        title,
        tuple(domains.split()),
        tuple(replace(one, security=Security.STARTTLS) if one.security is Security.PLAIN else one for one in made),
        steps=(_NO_ENCRYPTION,) if plain and not _covered(made) else (),
    )
    return replace(preset, oauth=_consent_at(made))


def _server(words: str) -> Server:
    protocol, host, port, security, user, auth = words.split(" ")
    return Server(Protocol(protocol), host, int(port), Security(security), user, "o" in auth, "p" in auth)


def _covered(servers: tuple[Server, ...]) -> bool:
    protected = {server.protocol for server in servers if server.security is not Security.PLAIN}
    return Protocol.SMTP in protected and bool({Protocol.IMAP, Protocol.POP3} & protected)


def _consent_at(servers: tuple[Server, ...]) -> str:
    """Name the provider of consents where it is one we know: other providers' clients are not for everybody."""
    for suffix, name in ((".gmail.com", "google"), (".office365.com", "microsoft"), (".outlook.com", "microsoft")):
        if any(server.oauth and server.host.endswith(suffix) for server in servers):
            return name
    return ""
