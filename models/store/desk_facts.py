"""What the desk is: its key, its own addresses and domains, its aliases and agents; read once per transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlmodel import Session

from models.rules.address import normal
from models.store import sending, settings
from models.tables.all import metadata
from models.types.people import AgentView
from models.types.routing import Policy


@dataclass(frozen=True, slots=True)
class AliasRow:
    """An address that opens records."""

    id: int
    local_part: str
    domain: str
    creates: str
    brand_id: int | None  # its own, else its domain's when there is more than one domain
    any_domain: bool
    policy: Policy
    auto_reply: str  # "" = none

    @property
    def address(self) -> str:
        """The alias in full."""
        return f"{self.local_part}@{self.domain}"


@dataclass(frozen=True, slots=True)
class BrandFacts:
    """A brand as mail shows it."""

    id: int
    name: str
    signature: str
    customer_relay: bool = True  # customers who follow get what other customers write
    notification: str = ""  # normal address
    stay_on: bool = False  # answer as the address the customer wrote to
    personal_senders: bool = True
    active: bool = True


@dataclass(frozen=True, slots=True)
class DomainFacts:
    """A mail domain of ours. ``brand_id`` None: every brand's."""

    name: str
    brand_id: int | None
    bounce: str  # local part
    catchall: str = ""  # local part; "" = mail for unknown addresses is refused
    default_from: str = ""  # normal address; "" = none


@dataclass(frozen=True, slots=True)
class AccountAddress:
    """An account's own address and whether mail to it comes in here."""

    id: int
    email: str
    fetches: bool
    sends_as: tuple[str, ...] = ()  # addresses and domains its server sends as; () = any


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """The desk's own addresses and people. ``own`` is never author, follower or recipient (R6)."""

    key: bytes
    notification: str  # normal address, "" = none
    bounce: str  # set by hand; "" = chosen per sending account
    authserv_id: str  # our receiving server's name in Authentication-Results; "" = none is believed
    own: frozenset[str]
    domains: tuple[DomainFacts, ...]
    aliases: tuple[AliasRow, ...]
    accounts: tuple[AccountAddress, ...]
    agents: tuple[AgentView, ...]
    brands: tuple[BrandFacts, ...]
    default_brand_id: int | None
    stages: Mapping[str, tuple[str, ...]]  # of each kind of record; the first is a new one's
    reopen_days: Mapping[str, int]  # of the kinds that are closed for good some day

    def agent_by_email(self, address: str) -> AgentView | None:
        """Find the working agent with this normal address."""
        return next((agent for agent in self.agents if address and agent.email == address), None)

    def agent(self, agent_id: int | None) -> AgentView | None:
        """Find a working agent."""
        return next((agent for agent in self.agents if agent.id == agent_id), None)

    def brand(self, brand_id: int | None) -> BrandFacts:
        """Give the brand a record speaks for; the default one without."""
        wanted = brand_id if brand_id is not None else self.default_brand_id
        nameless = BrandFacts(0, "", "")
        return next((brand for brand in self.brands if brand.id == wanted), nameless)

    def domains_of(self, brand_id: int) -> frozenset[str]:
        """Name the domains a brand writes from: its own and the shared ones; the only one is every brand's (R17)."""
        if len(self.domains) == 1:
            return frozenset({self.domains[0].name})
        return frozenset(one.name for one in self.domains if one.brand_id in (None, brand_id))

    def notifications(self, brand_id: int) -> tuple[str, ...]:
        """Give the addresses that may stand in for a sender of a brand, the brand's own first, the desk's last."""
        mine = self.domains_of(brand_id)
        own_first = sorted(self.domains, key=lambda one: one.brand_id != brand_id)
        of_domains = [one.default_from for one in own_first if one.name in mine]
        found = (self.brand(brand_id).notification, *of_domains, self.notification)
        return tuple(dict.fromkeys(one for one in found if one))


def read(session: Session) -> DeskFacts:
    """Read it all. ``SettingsError`` when the desk was never set up."""
    connection = session.connection()  # the session's own execute looks for ORM work first
    domains = [
        (d.id, DomainFacts(d.name, d.brand_id, d.bounce, d.catchall, in_full(d.default_from, d.name)))
        for d in connection.execute(_DOMAINS)
    ]
    names = {domain_id: facts.name for domain_id, facts in domains}
    # a domain that is the only one is every brand's (R17)
    brand_of = {domain_id: facts.brand_id for domain_id, facts in domains} if len(domains) > 1 else {}
    aliases = tuple(
        AliasRow(
            a.id,
            a.local_part,
            names[a.domain_id],
            a.creates,
            brand_of.get(a.domain_id) if a.brand_id is None else a.brand_id,
            a.any_domain,
            Policy(a.policy),
            a.auto_reply,
        )
        for a in connection.execute(_ALIASES)
    )
    accounts = tuple(
        AccountAddress(a.id, normal(a.email), bool(a.imap_host or a.pop3_host), sending.named(a.sends_as))
        for a in connection.execute(_ACCOUNTS)
    )
    agents = tuple(AgentView(*row) for row in connection.execute(_AGENTS))
    kinds = connection.execute(_KINDS).all()
    brands = connection.execute(_BRANDS).all()
    values = settings.several(
        session, settings.SIGNING_KEY, settings.NOTIFICATION_ADDRESS, settings.BOUNCE_ADDRESS, settings.AUTHSERV_ID
    )
    notification = normal(values.get(settings.NOTIFICATION_ADDRESS, ""))
    bounce = normal(values.get(settings.BOUNCE_ADDRESS, ""))
    company = connection.scalars(_COMPANY)
    staff = {agent.email for agent in agents}
    ours = {
        *(alias.address for alias in aliases),
        *(f"{alias.local_part}@{name}" for alias in aliases if alias.any_domain for name in names.values()),
        *(f"{part}@{facts.name}" for _, facts in domains for part in (facts.bounce, facts.catchall) if part),
        *({*(account.email for account in accounts), *company} - staff),
        notification,
        bounce,
        *(facts.default_from for _, facts in domains),
        *(brand.notification for brand in brands),
    }
    return DeskFacts(
        key=settings.as_key(values.get(settings.SIGNING_KEY, "")),
        notification=notification,
        bounce=bounce,
        authserv_id=values.get(settings.AUTHSERV_ID, ""),
        own=frozenset(ours - {""}),
        domains=tuple(facts for _, facts in domains),
        aliases=aliases,
        accounts=accounts,
        agents=agents,
        brands=tuple(BrandFacts(*(row[:-1])) for row in brands),
        default_brand_id=next((row.id for row in brands if row.is_default), brands[0].id if brands else None),
        stages={kind.name: tuple(kind.stages) for kind in kinds},
        reopen_days={kind.name: kind.reopen_days for kind in kinds if kind.reopen_days is not None},
    )


def in_full(local_part: str, domain: str) -> str:
    """Write what stands before the @ as an address of a domain; an address stays as it is, "" too."""
    return local_part if "@" in local_part or not local_part else f"{local_part}@{domain}"


# Built once: building a statement costs more than running it, and each batch of mail reads the desk anew.
_T = metadata.tables
_ADDRESS, _ACCOUNT, _AGENT = _T["sending_address"], _T["account"], _T["agent"]
_DOMAIN, _ALIAS, _BRAND, _KIND = _T["domain"], _T["alias"], _T["brand"], _T["kind"]
_OF_BRAND = (*(field.name for field in fields(BrandFacts)), "is_default")
_BRANDS = select(*(_BRAND.c[name] for name in _OF_BRAND)).order_by(_BRAND.c.id)
_DOMAINS = select(
    _DOMAIN.c.id,
    _DOMAIN.c.name,
    _DOMAIN.c.brand_id,
    _DOMAIN.c.bounce,
    _DOMAIN.c.catchall,
    _DOMAIN.c.default_from,
).order_by(_DOMAIN.c.sequence, _DOMAIN.c.id)
_ALIASES = select(
    _ALIAS.c.id,
    _ALIAS.c.local_part,
    _ALIAS.c.domain_id,
    _ALIAS.c.creates,
    _ALIAS.c.brand_id,
    _ALIAS.c.any_domain,
    _ALIAS.c.policy,
    _ALIAS.c.auto_reply,
).order_by(_ALIAS.c.id)
_ACCOUNTS = (
    select(_ACCOUNT.c.id, _ACCOUNT.c.email, _ACCOUNT.c.imap_host, _ACCOUNT.c.pop3_host, _ACCOUNT.c.sends_as)
    .where(_ACCOUNT.c.active)
    .order_by(_ACCOUNT.c.id)
)
_AGENTS = (
    select(_AGENT.c.id, _AGENT.c.login, _AGENT.c.name, _AGENT.c.email, _AGENT.c.channel)
    .where(_AGENT.c.active)
    .order_by(_AGENT.c.id)
)
_COMPANY = select(_ADDRESS.c.email).where(_ADDRESS.c.agent_id.is_(None))
_KINDS = select(_KIND.c.name, _KIND.c.stages, _KIND.c.reopen_days)
