"""Whether a mail answers something, and how far that may be believed (R4 steps 5 to 8, R7)."""

from dataclasses import replace

from models.rules.address import local, normal, plus_stripped
from models.rules.findings import no
from models.types.mail import IncomingMail
from models.types.routing import (
    AliasFact,
    Finding,
    KnownMessage,
    ReplyToken,
    RoutingContext,
    RoutingDecision,
    Target,
    Tried,
)

NOT_PROVED = "Nobody proved who wrote this: customers got no copy."
ANOTHERS_ADDRESS = "Answered to a reply address that was given to somebody else."


def reply_address(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Ask who was given the signed reply address it came to."""
    rule = "reply address"
    valid = [token for token in context.tokens if token.valid]
    if not context.tokens:
        return no(rule, "no recipient is a reply address"), None
    if not valid:
        return Tried(rule, "no", f"the signature of {context.tokens[0].address} is wrong"), None
    issued = [token for token in valid if context.sender_address and token.recipient == context.sender_address]
    token = (issued or valid)[0]
    if issued:
        decision = _answer(token.record_id, context, note=token.note, outsider=False, verified=True)
        return Tried(rule, "yes", f"{token.address} was given to this sender"), decision
    outsider = context.sender_address not in _participants(token, context)
    decision = _answer(token.record_id, context, note=token.note, outsider=outsider)
    decision = replace(decision, warnings=(*decision.warnings, ANOTHERS_ADDRESS))
    return Tried(rule, "yes", f"{token.address} is signed, but was given to somebody else"), decision


def message_id(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Ask which message of ours, or of somebody who takes part, it answers."""
    rule = "Message-ID"
    if not context.known:
        return no(rule, "it answers no message we know"), None
    known = _answered_message(context)
    if known is None:
        return Tried(rule, "no", f"it quotes {context.known[0].message_id}, but the sender takes no part there"), None
    if alias := _forwarded_to(mail, context, known):
        return Tried(rule, "no", f"it answers {known.message_id}, but was forwarded to {alias.address}"), None
    decision = _answer(known.record_id, context, note=known.note, outsider=not _takes_part(known, context))
    return Tried(rule, "yes", f"it answers {known.message_id}"), decision


def forward(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Say whether an answer was turned into a forward to another kind of record."""
    rule = "forward"
    known = _answered_message(context)
    if known and (alias := _forwarded_to(mail, context, known)):
        return Tried(rule, "yes", f"{alias.address} opens another kind: {alias.creates}"), None
    return no(rule, "not forwarded to an alias of another kind"), None


def subject_tag(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Ask whether its subject names a record the sender takes part in."""
    rule = "subject tag"
    if not context.tagged:
        return no(rule, "no record's number in the subject"), None
    known = next((tagged for tagged in context.tagged if _takes_part(tagged, context)), None)
    if known is None:
        return no(rule, "the subject names a record the sender takes no part in"), None
    if alias := _forwarded_to(mail, context, known):
        return Tried(rule, "no", f"the subject names a record, but it was forwarded to {alias.address}"), None
    decision = _answer(known.record_id, context, note=False, outsider=False)
    return Tried(rule, "yes", "the sender takes part in the record named"), decision


def broken_reply_address(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Keep what came to a reply address whose signature is wrong."""
    rule = "broken reply address"
    if not context.tokens:
        return no(rule, "no recipient is a reply address"), None
    said = f"The signature of the reply address {context.tokens[0].address} is wrong."
    return Tried(rule, "yes", said), RoutingDecision(Target.QUARANTINE, (), reason=said)


def _answer(
    record_id: int, context: RoutingContext, *, note: bool, outsider: bool, verified: bool = False
) -> RoutingDecision:
    """Decide what an answer may do: whoever is not proved to be who may write there reaches the agents only."""
    proved = verified or context.sender_verified
    doubtful = outsider or (context.sender_is_agent and not proved) or (note and not context.sender_is_agent)
    return RoutingDecision(
        Target.RECORD,
        (),
        record_id,
        internal=note and context.sender_is_agent,
        verified=verified,
        relay=not doubtful,
        warnings=(NOT_PROVED,) if doubtful else (),
        outsider=doubtful,
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
