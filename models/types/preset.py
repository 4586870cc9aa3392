"""A mail provider as it is known beforehand: servers, limits, and what a person must do there first (R20, B6)."""

from dataclasses import dataclass, field
from enum import StrEnum

from models.types.account import Security
from models.types.limits import Limits


class Protocol(StrEnum):
    """What a server speaks."""

    SMTP = "smtp"
    IMAP = "imap"
    POP3 = "pop3"


@dataclass(frozen=True, slots=True)
class Server:
    """One server of a preset. ``user``: the login, ``{address}`` and ``{local}`` and ``{domain}`` stand for parts."""

    protocol: Protocol
    host: str
    port: int
    security: Security
    user: str = "{address}"
    oauth: bool = False
    password: bool = True


@dataclass(frozen=True, slots=True)
class Preset:
    """What is known of a provider. None: not known; the trial finds it out.

    ``described``: written by hand, not only taken from the public list.
    """

    name: str  # "gmail": what --preset says
    title: str  # "Gmail, Google Workspace"
    domains: tuple[str, ...]
    servers: tuple[Server, ...]
    oauth: str = ""  # the provider to sign in at ("google"); "" = passwords only
    steps: tuple[str, ...] = ()  # what a person does at the provider before its servers let a program in
    limits: Limits = field(default_factory=Limits)
    plus_addressing: bool | None = None
    other_from: bool | None = None  # takes another From than the account's own address
    sent_copy: bool | None = None  # puts a copy of what is sent into the Sent folder by itself
    idle: bool | None = None  # tells of new mail at once
    described: bool = False

    def server(self, protocol: Protocol) -> Server | None:
        """The server to prefer for a protocol: encrypted from the first byte before STARTTLS."""
        found = [server for server in self.servers if server.protocol is protocol]
        return min(found, key=lambda server: list(Security).index(server.security), default=None)
