"""Where an incoming mail goes, and every rule that was asked on the way (R4 to R7).

The order is the security: signed marks come before ids anybody can quote, ids before subjects anybody can type,
and what nothing claims is kept in quarantine, never dropped.
"""

from collections.abc import Callable
from dataclasses import replace

from models.rules.address import domain
from models.rules.findings import no
from models.rules.reception import is_own_list
from models.rules.routing_answers import (
    ANOTHERS_ADDRESS,
    NOT_PROVED,
    broken_reply_address,
    forward,
    message_id,
    reply_address,
    subject_tag,
)
from models.rules.routing_openings import (
    account_default,
    alias_by_local_part,
    alias_exact,
    catchall,
    quarantine,
    sender_rule,
    spam_mark,
)
from models.types.mail import IncomingMail
from models.types.message import MailClass
from models.types.routing import (
    ClosedFact,
    Creation,
    Finding,
    RoutingContext,
    RoutingDecision,
    Target,
    Tried,
    Verb,
)

__all__ = ["ANOTHERS_ADDRESS", "NOT_PROVED", "SAME_ID", "by_limit", "route"]

LIMIT = "limit"
SAME_ID = "Another mail with other content has the same Message-ID."

_Rule = Callable[[IncomingMail, RoutingContext], Finding]


def route(mail: IncomingMail, context: RoutingContext) -> RoutingDecision:
    """Decide where a mail goes. ``tried`` holds each rule up to the one that decided."""
    tried: list[Tried] = []
    for rule in _ORDER:
        finding, decision = rule(mail, context)
        tried.append(finding)
        if decision is not None:
            return _finished(decision, mail, context, tuple(tried))
    raise AssertionError("the last rule always decides")


def by_limit(decision: RoutingDecision) -> bool:
    """Tell whether a mail waits in quarantine because its sender wrote too much."""
    return decision.target is Target.QUARANTINE and decision.tried[-1].rule == LIMIT


def _duplicate(mail: IncomingMail, context: RoutingContext) -> Finding:
    rule = "duplicate"
    if context.duplicate_of is not None:
        same = f"the same mail is message {context.duplicate_of}"
        return Tried(rule, "yes", same), RoutingDecision(Target.DUPLICATE, ())
    if context.same_id_other_content is not None:
        return Tried(rule, "no", f"message {context.same_id_other_content} has this id and other content"), None
    return no(rule, "not seen before"), None


def _own_mail(mail: IncomingMail, context: RoutingContext) -> Finding:
    rule = "own mail"
    if context.own_loop:
        return Tried(rule, "yes", "it carries our own mark"), RoutingDecision(Target.LOOP, ())
    return no(rule, "it does not carry our mark"), None


def _report(mail: IncomingMail, context: RoutingContext) -> Finding:
    rule = "delivery report"
    if not (mail.bounce.is_bounce or mail.bounce.is_complaint):
        return no(rule, "not a delivery report"), None
    known = context.report_record_id
    because = "it returns nothing we can prove to have sent" if known is None else "it returns a mail of ours"
    hard = known is not None and any(person.kind == "hard" for person in mail.bounce.recipients)
    decision = RoutingDecision(Target.BOUNCE, (), record_id=known, changes_state=hard, relay=False, tell_staff=False)
    return Tried(rule, "yes", because), decision


def _own_author(mail: IncomingMail, context: RoutingContext) -> Finding:
    rule = "own address as author"
    if context.sender_address in context.own_addresses and not context.sender_is_agent:
        said = f"From is our own address {context.sender_address}."
        return Tried(rule, "yes", said), RoutingDecision(Target.QUARANTINE, (), reason=said)
    return no(rule, "From is not an address of the desk"), None


def _author_rewritten(mail: IncomingMail, context: RoutingContext) -> Finding:
    """Ask whether a list of ours put itself into From, as lists do for DMARC: then nobody knows who wrote it."""
    rule = "author rewritten by a list"
    host = domain(context.sender_address)
    if context.sender_is_agent or host not in context.own_domains or not is_own_list(mail.list_id, context.own_domains):
        return no(rule, "From is not a list's of ours"), None
    writers = ", ".join(one.address for one in mail.reply_to if domain(one.address) not in context.own_domains)
    hint = f" Reply-To says {writers}." if writers else ""
    said = f"Our list put its own address {context.sender_address} into From: who wrote this is not proved.{hint}"
    return Tried(rule, "yes", said), RoutingDecision(Target.QUARANTINE, (), reason=said)


def _blocked_sender(mail: IncomingMail, context: RoutingContext) -> Finding:
    rule, said = "blocked sender", context.sender_rule
    if said is None or said.verb is not Verb.SPAM:
        return no(rule, "nobody blocked this sender"), None
    return Tried(rule, "yes", f"an agent said that mail of {said.sender} is spam"), RoutingDecision(Target.SPAM, ())


def _machine(mail: IncomingMail, context: RoutingContext) -> Finding:
    if mail.mail_class is MailClass.HUMAN:
        return no("machine mail", "a person wrote it"), None
    return Tried("machine mail", "yes", f"class {mail.mail_class}: changes nothing, is not passed on"), None


def _machine_answer(mail: IncomingMail, context: RoutingContext) -> Finding:
    rule = "answer of a machine"
    if mail.mail_class in (MailClass.REPORT, MailClass.OWN):
        said = "a report on nothing we know"
        return Tried(rule, "yes", said), RoutingDecision(Target.IGNORED, ())
    if mail.mail_class is MailClass.AUTOREPLY and (mail.in_reply_to or mail.references):
        said = "An automatic answer to a mail we do not know."
        return Tried(rule, "yes", said), RoutingDecision(Target.QUARANTINE, (), reason=said)
    return no(rule, "not an automatic answer"), None


_ORDER: tuple[_Rule, ...] = (
    _duplicate,
    _own_mail,
    _report,
    _own_author,
    _author_rewritten,
    _blocked_sender,
    _machine,
    reply_address,
    message_id,
    forward,
    subject_tag,
    sender_rule,
    spam_mark,
    broken_reply_address,
    _machine_answer,
    alias_exact,
    alias_by_local_part,
    catchall,
    account_default,
    quarantine,
)


def _finished(
    decision: RoutingDecision, mail: IncomingMail, context: RoutingContext, tried: tuple[Tried, ...]
) -> RoutingDecision:
    decision, tried = _unless_closed(decision, mail, context, tried)
    if limit := _over_limit(decision, context):
        finding = Tried(LIMIT, "yes", limit)
        return RoutingDecision(Target.QUARANTINE, (*tried, finding), reason=limit, warnings=decision.warnings)
    quiet = mail.mail_class is not MailClass.HUMAN and decision.target is not Target.BOUNCE
    return RoutingDecision(  # all by place: replace() took a fifth of the routing
        decision.target,
        tried,
        decision.record_id,
        decision.creations,
        decision.internal,
        decision.verified or context.sender_verified,
        decision.changes_state and not quiet,
        decision.relay and not quiet,
        decision.tell_staff and not quiet,
        decision.warnings if context.same_id_other_content is None else (*decision.warnings, SAME_ID),
        decision.reason,
        decision.outsider,
        decision.continues_id,
    )


def _unless_closed(
    decision: RoutingDecision, mail: IncomingMail, context: RoutingContext, tried: tuple[Tried, ...]
) -> tuple[RoutingDecision, tuple[Tried, ...]]:
    """Turn a person's answer to a record closed for good into a new record, or send it to the one opened before."""
    if not context.closed:
        return decision, tried
    closed = next((one for one in context.closed if one.record_id == decision.record_id), None)
    human = mail.mail_class is MailClass.HUMAN
    if closed is None or decision.target is not Target.RECORD or decision.internal or not human:
        return decision, tried
    if closed.continued_in is not None:
        finding = Tried("closed record", "yes", f"#{closed.number} is closed and was continued in another record")
        return replace(decision, record_id=closed.continued_in), (*tried, finding)
    return _new_instead(decision, closed), (*tried, _says_closed(closed))


def _new_instead(decision: RoutingDecision, closed: ClosedFact) -> RoutingDecision:
    creation = Creation(closed.kind, None, closed.brand_id)
    return replace(decision, target=Target.NEW, record_id=None, creations=(creation,), continues_id=closed.record_id)


def _says_closed(closed: ClosedFact) -> Tried:
    return Tried("closed record", "yes", f"#{closed.number} is closed: a new {closed.kind} continues it")


def _over_limit(decision: RoutingDecision, context: RoutingContext) -> str:
    if decision.target is Target.NEW and not context.creation_quota_left:
        return f"{context.sender_address or 'The sender'} opened too many records: a loop is suspected."
    full = not context.update_quota_left or decision.record_id in context.over_quota
    if decision.target is Target.RECORD and full:
        return f"{context.sender_address or 'The sender'} wrote to this record too often: a loop is suspected."
    return ""
