"""Keys our mail is signed with (DKIM, RFC 6376)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.types.secret import Secret


class Algorithm(StrEnum):
    """What a key signs with. Every receiver checks rsa; ed25519 (RFC 8463) is shorter, and not all do."""

    RSA = "rsa"  # 2048 bit
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A pair just made. ``public``: what stands in DNS behind ``p=``."""

    algorithm: Algorithm
    public: str
    private: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class DkimView:
    """One selector of a domain as people see it."""

    domain: str
    selector: str
    algorithm: Algorithm
    public: str
    active: bool  # mail is signed with it
    created_at: datetime
    seen_at: datetime | None  # when DNS last showed it


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What a mail of a domain is signed with."""

    domain: str
    selector: str
    algorithm: Algorithm
    private: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signers:
    """Active keys by domain. ``locked``: domains whose keys cannot be opened here, and why."""

    keys: dict[str, tuple[SigningKey, ...]]
    locked: dict[str, str]
