"""The desk's own set-up: settings, brands, domains, kinds of record, aliases, agents, contacts."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, false, true
from sqlmodel import JSON, Column, Field, SQLModel

from models.tables.columns import word
from models.tables.edited import Edited
from models.types.people import Channel


class Setting(SQLModel, table=True):
    """One named value of the desk (``signing_key``, ``notification_address``, ``hold_seconds`` ...)."""

    key: str = Field(primary_key=True, max_length=64)
    value: str


class Brand(Edited, table=True):
    """A project: the name and signature customers see. The default one serves records without a brand.

    ``customer_relay``: customers who follow a record get what other customers write there (R8).
    ``notification``: the address mail goes out as where the sender's server may not send as it; "" = its domain's.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120, unique=True)
    signature: str = ""
    is_default: bool = False
    customer_relay: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    notification: str = Field(default="", max_length=320, sa_column_kwargs={"server_default": ""})  # normal address
    stay_on: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # answer as whom they wrote to
    personal_senders: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    active: bool = Field(default=True, sa_column_kwargs={"server_default": true()})  # False: given up, records remain


class Domain(Edited, table=True):
    """A mail domain of ours. ``brand_id`` None: shared by all brands. Local parts, no ``@``.

    ``default_from``: the notification address of brands that name none; a local part, or an address in full.
    """

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=255, unique=True)  # lower case, A-label
    brand_id: int | None = Field(default=None, foreign_key="brand.id")
    catchall: str = ""  # "" = none
    bounce: str = "bounce"
    sequence: int = 10
    default_from: str = Field(default="", max_length=320, sa_column_kwargs={"server_default": ""})


class Kind(SQLModel, table=True):
    """A kind of record and its stages; the first stage is a new record's, the last one done.

    ``reopen_days``: for how long after it was done an answer opens a record again; later it opens a new one, linked to
    the old. None: always, 0: never.
    """

    name: str = Field(primary_key=True, max_length=32)
    letter: str = Field(max_length=2)
    stages: list[str] = Field(sa_column=Column(JSON, nullable=False))
    has_amount: bool = False
    reopen_days: int | None = None


class Alias(SQLModel, table=True):
    """An address that opens records. ``policy`` is a ``types.routing.Policy``.

    ``auto_reply``: what is said, once, to whoever wrote a first mail to it; "" = nothing.
    """

    __table_args__ = (UniqueConstraint("local_part", "domain_id"),)
    id: int | None = Field(default=None, primary_key=True)
    local_part: str = Field(max_length=64)  # lower case
    domain_id: int = Field(foreign_key="domain.id")
    creates: str = Field(foreign_key="kind.name")
    brand_id: int | None = Field(default=None, foreign_key="brand.id")
    policy: str = Field(default="everyone", max_length=16)
    any_domain: bool = False  # matches its local part at every domain of ours
    auto_reply: str = Field(default="", sa_column_kwargs={"server_default": ""})


class SenderRule(SQLModel, table=True):
    """What an agent said shall be done with mail from an address, or from a whole domain ("@example.org")."""

    __tablename__ = "sender_rule"
    id: int | None = Field(default=None, primary_key=True)
    sender: str = Field(max_length=321, unique=True)  # normal address, or "@" and a normal domain
    verb: str = Field(max_length=16)  # a ``types.routing.Verb``
    kind: str | None = Field(default=None, foreign_key="kind.name")  # with ``open``
    agent_id: int | None = Field(default=None, foreign_key="agent.id")
    created_at: datetime


class Agent(SQLModel, table=True):
    """A person at the desk; known by the operating system's login."""

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=120)
    email: str = Field(default="", max_length=320, index=True)  # normalised; "" = none
    channel: Channel = Field(default=Channel.INBOX, sa_type=word(Channel))
    active: bool = True
    admin: bool = Field(
        default=False, sa_column_kwargs={"server_default": false()}
    )  # may set the desk up (rules.admin)


class Contact(SQLModel, table=True):
    """A customer. ``undeliverable``: the reason of the last hard bounce, "" while mail arrives."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(default="", max_length=200)
    email: str = Field(max_length=320, unique=True)  # normalised (rules.address.normal)
    undeliverable: str = ""
    created_at: datetime
