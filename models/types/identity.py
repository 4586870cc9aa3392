"""What customers see us as, the way admins see it: sending addresses, brands, domains, groups that may use them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Edit:
    """The last change of something admins edit. ``revision`` 0: never changed since it was made."""

    revision: int
    by: str  # login
    at: datetime | None
    what: str  # the fields' names


@dataclass(frozen=True, slots=True)
class AddressView:
    """A sending address. No brands: it serves them all. ``everybody`` False: only ``agents`` and ``groups`` use it."""

    id: int
    address: str
    display_name: str
    account: str  # its name
    owner: str  # login of the employee whose own it is; "" = the company's
    brands: tuple[str, ...]
    everybody: bool
    agents: tuple[str, ...]  # logins
    groups: tuple[str, ...]
    signature: str  # "" = the brand's
    sequence: int
    active: bool
    edit: Edit


@dataclass(frozen=True, slots=True)
class BrandView:
    """A brand. ``notification`` "" = that of its domains, or the desk's."""

    id: int
    name: str
    signature: str
    is_default: bool
    customer_relay: bool
    notification: str
    stay_on: bool  # answers go out as the address the customer wrote to
    personal_senders: bool
    domains: tuple[str, ...]
    active: bool
    edit: Edit


@dataclass(frozen=True, slots=True)
class DomainView:
    """A mail domain. ``brand`` "" = shared by all; the only domain is every brand's, whatever it says."""

    id: int
    name: str
    brand: str
    catchall: str  # local part
    bounce: str  # local part
    default_from: str  # local part, or an address in full
    sequence: int
    aliases: tuple[str, ...]
    edit: Edit


@dataclass(frozen=True, slots=True)
class KindView:
    """A kind of record. ``reopen_days``: how long an answer opens a done one again; None: always, 0: never."""

    name: str
    letter: str
    stages: tuple[str, ...]
    has_amount: bool
    reopen_days: int | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """Agents that get permissions together."""

    id: int
    name: str
    agents: tuple[str, ...]  # logins
    edit: Edit
