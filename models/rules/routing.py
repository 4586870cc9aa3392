"""Where an incoming mail goes, and every rule that was asked on the way (R4 to R7).

The order is the security: signed marks come before ids anybody can quote, ids before subjects anybody can type,
and what nothing claims is kept in quarantine, never dropped.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from models.rules.address import domain, local, normal, plus_stripped
from models.types.mail import IncomingMail
from models.types.message import MailClass
from models.types.routing import (
    AliasFact,
    Creation,
    KnownMessage,
    ReplyToken,
    RoutingContext,
    RoutingDecision,
    Target,
    Tried,
)

NOT_PROVED = "Nobody proved who wrote this: customers got no copy."
ANOTHERS_ADDRESS = "Answered to a reply address that was given to somebody else."
SAME_ID = "Another mail with other content has the same Message-ID."

_Found = tuple[Tried, RoutingDecision | None]
_Rule = Callable[[IncomingMail, RoutingContext], _Found]


def route(mail: IncomingMail, context: RoutingContext) -> RoutingDecision:
    """Decide where a mail goes. ``tried`` holds each rule up to the one that decided."""
    tried: list[Tried] = []
    for rule in _ORDER:
        finding, decision = rule(mail, context)
        tried.append(finding)
        if decision is not None:
            return _finished(decision, mail, context, tuple(tried))
    raise AssertionError("the last rule always decides")


def _duplicate(mail: IncomingMail, context: RoutingContext) -> _Found:
    rule = "duplicate"
    if context.duplicate_of is not None:
        same = f"the same mail is message {context.duplicate_of}"
        return Tried(rule, "yes", same), RoutingDecision(Target.DUPLICATE, ())
    if context.same_id_other_content is not None:
        return Tried(rule, "no", f"message {context.same_id_other_content} has this id and other content"), None
    return Tried(rule, "no", "not seen before"), None


def _own_mail(mail: IncomingMail, context: RoutingContext) -> _Found:
    rule = "own mail"
    if context.own_loop:
        return Tried(rule, "yes", "it carries our own mark"), RoutingDecision(Target.LOOP, ())
    return Tried(rule, "no", "it does not carry our mark"), None


def _report(mail: IncomingMail, context: RoutingContext) -> _Found:
    rule = "delivery report"
    if not (mail.bounce.is_bounce or mail.bounce.is_complaint):
        return Tried(rule, "no", "not a delivery report"), None
    known = context.report_record_id
    because = "it returns nothing we can prove to have sent" if known is None else "it returns a mail of ours"
    hard = known is not None and any(person.kind == "hard" for person in mail.bounce.recipients)
    decision = RoutingDecision(Target.BOUNCE, (), record_id=known, changes_state=hard, relay=False, tell_staff=False)
    return Tried(rule, "yes", because), decision


def _own_author(mail: IncomingMail, context: RoutingContext) -> _Found:
    rule = "own address as author"
    if context.sender_address in context.own_addresses and not context.sender_is_agent:
        said = f"From is our own address {context.sender_address}."
        return Tried(rule, "yes", said), RoutingDecision(Target.QUARANTINE, (), reason=said)
    return Tried(rule, "no", "From is not an address of the desk"), None


def _machine(mail: IncomingMail, context: RoutingContext) -> _Found:
    if mail.mail_class is MailClass.HUMAN:
        return Tried("machine mail", "no", "a person wrote it"), None
    return Tried("machine mail", "yes", f"class {mail.mail_class}: changes nothing, is not passed on"), None


def _reply_address(mail: IncomingMail, context: RoutingContext) -> _Found:
    rule = "reply address"
    valid = [token for token in context.tokens if token.valid]
    if not context.tokens:
        return Tried(rule, "no", "no recipient is a reply address"), None
    if not valid:
        return Tried(rule, "no", f"the signature of {context.tokens[0].address} is wrong"), None
    issued = [token for token in valid if context.sender_address and token.recipient == context.sender_address]
    token = (issued or valid)[0]
    decision = RoutingDecision(Target.RECORD, (), record_id=token.record_id, verified=bool(issued))
    if issued:
        decision = _answered(decision, context, note=token.note, outsider=False)
        return Tried(rule, "yes", f"{token.address} was given to this sender"), decision
    outsider = context.sender_address not in _participants(token, context)
    decision = _answered(decision, context, note=token.note, outsider=outsider)
    decision = replace(decision, warnings=(*decision.warnings, ANOTHERS_ADDRESS))
    return Tried(rule, "yes", f"{token.address} is signed, but was given to somebody else"), decision


def _message_id(mail: IncomingMail, context: RoutingContext) -> _Found:
    rule = "Message-ID"
    if not context.known:
        return Tried(rule, "no", "it answers no message we know"), None
    known = _answered_message(context)
    if known is None:
        return Tried(rule, "no", f"it quotes {context.known[0].message_id}, but the sender takes no part there"), None
    if alias := _forwarded_to(mail, context, known):
        return Tried(rule, "no", f"it answers {known.message_id}, but was forwarded to {alias.address}"), None
    decision = RoutingDecision(Target.RECORD, (), record_id=known.record_id)
    decision = _answered(decision, context, note=known.note, outsider=not _takes_part(known, context))
    return Tried(rule, "yes", f"it answers {known.message_id}"), decision


def _forward(mail: IncomingMail, context: RoutingContext) -> _Found:
    rule = "forward"
    known = _answered_message(context)
    if known and (alias := _forwarded_to(mail, context, known)):
        return Tried(rule, "yes", f"{alias.address} opens another kind: {alias.creates}"), None
    return Tried(rule, "no", "not forwarded to an alias of another kind"), None


def _subject_tag(mail: IncomingMail, context: RoutingContext) -> _Found:
    rule = "subject tag"
    if not context.tagged:
        return Tried(rule, "no", "no record's number in the subject"), None
    known = next((tagged for tagged in context.tagged if _takes_part(tagged, context)), None)
    if known is None:
        return Tried(rule, "no", "the subject names a record the sender takes no part in"), None
    if alias := _forwarded_to(mail, context, known):
        return Tried(rule, "no", f"the subject names a record, but it was forwarded to {alias.address}"), None
    decision = RoutingDecision(Target.RECORD, (), record_id=known.record_id)
    decision = _answered(decision, context, note=False, outsider=False)
    return Tried(rule, "yes", "the sender takes part in the record named"), decision


def _broken_reply_address(mail: IncomingMail, context: RoutingContext) -> _Found:
    rule = "broken reply address"
    if not context.tokens:
        return Tried(rule, "no", "no recipient is a reply address"), None
    said = f"The signature of the reply address {context.tokens[0].address} is wrong."
    return Tried(rule, "yes", said), RoutingDecision(Target.QUARANTINE, (), reason=said)


def _machine_answer(mail: IncomingMail, context: RoutingContext) -> _Found:
    rule = "answer of a machine"
    if mail.mail_class in (MailClass.REPORT, MailClass.OWN):
        said = "a report on nothing we know"
        return Tried(rule, "yes", said), RoutingDecision(Target.IGNORED, ())
    if mail.mail_class is MailClass.AUTOREPLY and (mail.in_reply_to or mail.references):
        said = "An automatic answer to a mail we do not know."
        return Tried(rule, "yes", said), RoutingDecision(Target.QUARANTINE, (), reason=said)
    return Tried(rule, "no", "not an automatic answer"), None


def _alias_exact(mail: IncomingMail, context: RoutingContext) -> _Found:
    return _by_alias("alias", [alias for alias in context.aliases if alias.exact], "no recipient is an alias")


def _alias_by_local_part(mail: IncomingMail, context: RoutingContext) -> _Found:
    others = [alias for alias in context.aliases if not alias.exact]
    return _by_alias("alias by local part", others, "no recipient has an alias's local part")


def _account_default(mail: IncomingMail, context: RoutingContext) -> _Found:
    rule = "account default"
    if not context.default_kind:
        return Tried(rule, "no", "the account opens nothing by itself"), None
    if unknown := _only_unknown_here(mail, context):
        return Tried(rule, "no", f"{unknown} is at our domain, and nobody's address"), None
    creation = Creation(context.default_kind, None, context.default_brand_id)
    decision = RoutingDecision(Target.NEW, (), creations=(creation,))
    return Tried(rule, "yes", f"the account opens a new {context.default_kind}"), decision


def _quarantine(mail: IncomingMail, context: RoutingContext) -> _Found:
    said = "No rule knew where this mail belongs."
    if unknown := _only_unknown_here(mail, context):
        said = f"{unknown} is at our domain, and nobody's address."
    return Tried("quarantine", "yes", "nothing else took it"), RoutingDecision(Target.QUARANTINE, (), reason=said)


_ORDER: tuple[_Rule, ...] = (
    _duplicate,
    _own_mail,
    _report,
    _own_author,
    _machine,
    _reply_address,
    _message_id,
    _forward,
    _subject_tag,
    _broken_reply_address,
    _machine_answer,
    _alias_exact,
    _alias_by_local_part,
    _account_default,
    _quarantine,
)


def _answered(decision: RoutingDecision, context: RoutingContext, *, note: bool, outsider: bool) -> RoutingDecision:
    """Add what an answer may do: whoever is not proved to be who may write there reaches the agents only."""
    verified = decision.verified or context.sender_verified
    doubtful = outsider or (context.sender_is_agent and not verified) or (note and not context.sender_is_agent)
    return replace(
        decision,
        internal=note and context.sender_is_agent,
        relay=not doubtful,
        warnings=(NOT_PROVED,) if doubtful else (),
    )


def _answered_message(context: RoutingContext) -> KnownMessage | None:
    """Choose the newest message it may answer: one on a record of the sender's, or a public one only we could name."""
    for known in context.known:
        if _takes_part(known, context) or (known.ours and not known.note):
            return known
    return None


def _takes_part(known: KnownMessage, context: RoutingContext) -> bool:
    return context.sender_is_agent or (bool(context.sender_address) and context.sender_address in known.participants)


def _participants(token: ReplyToken, context: RoutingContext) -> frozenset[str]:
    elsewhere = (
        known.participants for known in (*context.known, *context.tagged) if known.record_id == token.record_id
    )
    return token.participants.union(*elsewhere) - {""}


def _forwarded_to(mail: IncomingMail, context: RoutingContext, known: KnownMessage) -> AliasFact | None:
    """Find the alias in To that opens another kind than the answered record's; Cc is no forward, nor a reply to all."""
    if not known.kind:
        return None
    addressed = [normal(mailbox.address) for mailbox in mail.to]
    exact = {*addressed, *map(plus_stripped, addressed)}
    names = {local(address) for address in exact}
    in_to = [a for a in context.aliases if (normal(a.address) in exact if a.exact else local(a.address) in names)]
    if any(alias.creates == known.kind for alias in in_to):
        return None
    return next(iter(in_to), None)


def _by_alias(rule: str, aliases: Iterable[AliasFact], otherwise: str) -> _Found:
    kinds: dict[str, AliasFact] = {}
    for alias in aliases:
        kinds.setdefault(alias.creates, alias)
    if not kinds:
        return Tried(rule, "no", otherwise), None
    creations = tuple(Creation(alias.creates, alias.alias_id, alias.brand_id) for alias in kinds.values())
    because = ", ".join(f"{alias.address} opens a new {alias.creates}" for alias in kinds.values())
    return Tried(rule, "yes", because), RoutingDecision(Target.NEW, (), creations=creations)


def _only_unknown_here(mail: IncomingMail, context: RoutingContext) -> str:
    """Give the address at our domain that nobody has, when no address of ours stands beside it; else ""."""
    people = {normal(mailbox.address) for mailbox in (*mail.to, *mail.cc)} | {normal(a) for a in mail.delivered_to}
    here = sorted(address for address in people if domain(address) in context.own_domains)
    known = [a for a in here if a in context.own_addresses or plus_stripped(a) in context.own_addresses]
    return here[0] if here and not known else ""


def _finished(
    decision: RoutingDecision, mail: IncomingMail, context: RoutingContext, tried: tuple[Tried, ...]
) -> RoutingDecision:
    if limit := _over_limit(decision, context):
        finding = Tried("limit", "yes", limit)
        return RoutingDecision(Target.QUARANTINE, (*tried, finding), reason=limit, warnings=decision.warnings)
    warnings = decision.warnings if context.same_id_other_content is None else (*decision.warnings, SAME_ID)
    verified = decision.verified or context.sender_verified
    decision = replace(decision, tried=tried, verified=verified, warnings=warnings)
    if mail.mail_class is MailClass.HUMAN or decision.target is Target.BOUNCE:
        return decision
    return replace(decision, changes_state=False, relay=False, tell_staff=False)


def _over_limit(decision: RoutingDecision, context: RoutingContext) -> str:
    if decision.target is Target.NEW and not context.creation_quota_left:
        return f"{context.sender_address or 'The sender'} opened too many records: a loop is suspected."
    if decision.target is Target.RECORD and not context.update_quota_left:
        return f"{context.sender_address or 'The sender'} wrote to this record too often: a loop is suspected."
    return ""
