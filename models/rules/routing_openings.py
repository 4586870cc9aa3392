"""Which record a mail opens that answers nothing, and what is kept for people to look at (R4 steps 9 to 12, R5)."""

from collections.abc import Iterable

from models.rules.address import domain, normal, plus_stripped
from models.rules.findings import no
from models.types.mail import IncomingMail
from models.types.routing import (
    AliasFact,
    Creation,
    Finding,
    Policy,
    RoutingContext,
    RoutingDecision,
    Target,
    Tried,
    Verb,
)


def sender_rule(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Open what an agent said mail of this sender shall open."""
    said = context.sender_rule
    if said is None or said.verb is not Verb.OPEN:
        return no("sender rule", "nobody said anything of this sender"), None
    decision = RoutingDecision(Target.NEW, (), creations=(Creation(said.kind, None, context.default_brand_id),))
    return Tried("sender rule", "yes", f"mail of {said.sender} opens a new {said.kind}"), decision


def spam_mark(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Keep what a filter on its way took for spam; answers of people who take part came through before."""
    if not mail.spam:
        return no("spam mark", "no filter marked it"), None
    said = "A filter on its way marked it as spam."
    return Tried("spam mark", "yes", said), RoutingDecision(Target.QUARANTINE, (), reason=said)


def alias_exact(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Open what the aliases among the recipients open, one record of each kind."""
    aliases = [alias for alias in context.aliases if alias.exact]
    return _by_alias("alias", aliases, context, "no recipient is an alias")


def alias_by_local_part(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Likewise for aliases that match at every domain of ours."""
    aliases = [alias for alias in context.aliases if not (alias.exact or alias.catchall)]
    return _by_alias("alias by local part", aliases, context, "no recipient has an alias's local part")


def catchall(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Open what the domain's catchall opens, for mail to an address nobody has there."""
    aliases = [alias for alias in context.aliases if alias.catchall]
    return _by_alias("catchall", aliases, context, "no recipient's domain has an alias for unknown addresses")


def account_default(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Open what the account opens by itself."""
    rule = "account default"
    if not context.default_kind:
        return no(rule, "the account opens nothing by itself"), None
    if unknown := _only_unknown_here(mail, context):
        return Tried(rule, "no", f"{unknown} is at our domain, and nobody's address"), None
    creation = Creation(context.default_kind, None, context.default_brand_id)
    decision = RoutingDecision(Target.NEW, (), creations=(creation,))
    return Tried(rule, "yes", f"the account opens a new {context.default_kind}"), decision


def quarantine(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Keep what nothing claimed."""
    said = "No rule knew where this mail belongs."
    if unknown := _only_unknown_here(mail, context):
        said = f"{unknown} is at our domain, and nobody's address."
    return Tried("quarantine", "yes", "nothing else took it"), RoutingDecision(Target.QUARANTINE, (), reason=said)


def _by_alias(rule: str, aliases: Iterable[AliasFact], context: RoutingContext, otherwise: str) -> Finding:
    refused: list[str] = []
    kinds: dict[str, AliasFact] = {}
    for alias in aliases:
        if refusal := _refusal(alias, context):
            refused.append(f"{alias.address} takes mail {refusal} only")
        else:
            kinds.setdefault(alias.creates, alias)
    if kinds:
        creations = tuple(Creation(alias.creates, alias.alias_id, alias.brand_id) for alias in kinds.values())
        because = ", ".join(f"{alias.address} opens a new {alias.creates}" for alias in kinds.values())
        return Tried(rule, "yes", because), RoutingDecision(Target.NEW, (), creations=creations)
    if refused:
        said = f"{refused[0]}, and {context.sender_address or 'the sender'} is none of them."
        return Tried(rule, "yes", said), RoutingDecision(Target.QUARANTINE, (), reason=said)
    return no(rule, otherwise), None


def _refusal(alias: AliasFact, context: RoutingContext) -> str:
    if context.sender_is_agent:
        return ""
    if alias.policy is Policy.KNOWN and not context.sender_known:
        return "of people we know"
    follows = context.sender_follows
    if alias.policy is Policy.FOLLOWERS and follows is not None and alias.creates not in follows:
        return f"of people who follow one {alias.creates} already"
    return ""


def _only_unknown_here(mail: IncomingMail, context: RoutingContext) -> str:
    """Give the address at our domain that nobody has, when no address of ours stands beside it; else ""."""
    people = {normal(mailbox.address) for mailbox in (*mail.to, *mail.cc)} | {normal(a) for a in mail.delivered_to}
    here = sorted(address for address in people if domain(address) in context.own_domains)
    known = [a for a in here if a in context.own_addresses or plus_stripped(a) in context.own_addresses]
    return here[0] if here and not known else ""
