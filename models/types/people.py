"""Agents, contacts, followers, and the computed list of who gets a message."""

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """How one copy of a message reaches one recipient."""

    EMAIL = "email"
    INBOX = "inbox"  # inside the program


class Why(StrEnum):
    """Why somebody is a recipient."""

    TO = "to"
    CC = "cc"
    FOLLOWER = "follower"
    CONTACT = "contact"  # the record's customer
    MENTIONED = "mentioned"


@dataclass(frozen=True, slots=True)
class AgentView:
    """A person who works at the desk; ``login`` is the operating system's user name."""

    id: int
    login: str
    name: str
    email: str  # "" = has none; then never mailed
    channel: Channel


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who gets every public message of a record (R8); exactly one of the two ids is set.

    ``channel`` is the person's preference; a contact is always ``EMAIL``.
    """

    id: int
    name: str
    address: str  # "" = cannot be mailed
    channel: Channel
    agent_id: int | None = None
    contact_id: int | None = None

    @property
    def staff(self) -> bool:
        """An agent, so a note may reach them."""
        return self.agent_id is not None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One computed copy: to whom, over which channel, why. The unit the outbox stores."""

    name: str
    address: str  # normalised (rules.address.normal); "" only for INBOX
    channel: Channel
    why: Why
    agent_id: int | None = None
    contact_id: int | None = None

    @property
    def staff(self) -> bool:
        """An agent, not an outsider."""
        return self.agent_id is not None


@dataclass(frozen=True, slots=True)
class Audience:
    """The computed recipients of a message, and who was left out and why. Shown before a send, stored after."""

    recipients: tuple[Recipient, ...]
    left_out: tuple[tuple[str, str], ...] = ()  # (name or address, reason in words)
