"""Which address a message goes out as: one order for everybody, with a reason for each address not taken (R10)."""

from collections.abc import Iterator, Sequence

from models.rules.address import domain, normal
from models.types.sender import Candidate, Proof, SenderChoice, SenderOptions, SenderQuestion, Weighed

EXPLICIT = "A chosen in the composer"
BY_RULE = "B chosen by a rule"
STAY = "B2 the address the customer wrote to"
OWN_BOUND = "C the author's own address for this brand"
OWN = "D the author's own address"
BRAND = "E the brand's address"
COMPANY = "F the company's address of this domain"
GLOBAL = "G the company's address for everything"
_LADDER = (OWN_BOUND, OWN, BRAND, COMPANY, GLOBAL)
_ASK = "choose another address, or ask an admin of the desk"


def choose_sender(question: SenderQuestion, candidates: Sequence[Candidate]) -> SenderChoice:
    """Choose the sender of a message. A refused choice of the composer is never replaced by another address."""
    tried: list[Weighed] = []
    for rule, candidate in _in_order(question, candidates):
        reason = _why_not(candidate, question) if candidate else "it is no sending address of ours"
        address = candidate.address if candidate else normal(_wished(rule, question))
        if candidate and not reason:
            tried.append(Weighed(address, rule, True, "first that is available", candidate.display_name))
            return _chosen(candidate, question, rule, tuple(tried))
        tried.append(Weighed(address, rule, False, reason))
        if rule == EXPLICIT:
            return _refused(f"This cannot go out as {address or question.explicit}: {reason}; {_ASK}.", tuple(tried))
    return _refused("There is no address this record may be answered from; ask an admin of the desk.", tuple(tried))


def weigh(question: SenderQuestion, candidates: Sequence[Candidate]) -> tuple[Weighed, ...]:
    """List every candidate in the order of the rules, with why it is or is not available; for the composer's list."""
    listed = []
    for rule, candidate in _by_ladder(question, candidates):
        reason = _why_not(candidate, question)
        listed.append(Weighed(candidate.address, rule, not reason, reason or "available", candidate.display_name))
    return tuple(listed)


def following(options: SenderOptions, chosen: str) -> str | None:
    """Give the choice after this one, round and round; "" leaves it to the rules. None: there is no other.

    ``chosen`` may be an address that is not available any more: then the round begins anew.
    """
    usual = [""] if options.usual else []
    others = [one.address for one in options.listed if one.available and one.address != options.usual]
    ring = [*usual, *dict.fromkeys(others)]
    now = "" if chosen == options.usual else chosen
    if now not in ring:
        return ring[0] if ring else None
    return ring[(ring.index(now) + 1) % len(ring)] if len(ring) > 1 else None


def covers(server_filter: Sequence[str], address: str) -> bool:
    """Tell whether a server may send as this address: the filter names it or its domain, or is empty."""
    named = {entry.strip().lower().removeprefix("@") for entry in server_filter}
    return not named or normal(address) in named or domain(address) in named


def _in_order(question: SenderQuestion, candidates: Sequence[Candidate]) -> Iterator[tuple[str, Candidate | None]]:
    available_last = sorted(candidates, key=lambda candidate: not _why_not(candidate, question))
    by_address = {
        normal(candidate.address): candidate for candidate in available_last
    }  # bound twice: the one that fits
    for rule in (EXPLICIT, BY_RULE, STAY):
        if wished := _wished(rule, question):
            yield rule, by_address.get(normal(wished))
    yield from _by_ladder(question, candidates)


def _by_ladder(question: SenderQuestion, candidates: Sequence[Candidate]) -> list[tuple[str, Candidate]]:
    ranked = [(_rung(candidate, question), candidate) for candidate in candidates]
    return sorted(ranked, key=lambda pair: (_LADDER.index(pair[0]), pair[1].sequence, pair[1].id))


def _wished(rule: str, question: SenderQuestion) -> str:
    return {EXPLICIT: question.explicit, BY_RULE: question.by_rule, STAY: question.stay_on}[rule]


def _rung(candidate: Candidate, question: SenderQuestion) -> str:
    if candidate.agent_id is not None:
        return OWN_BOUND if candidate.brands else OWN
    if candidate.brands:
        return BRAND
    return COMPANY if domain(candidate.address) in question.company_domains else GLOBAL


def _why_not(candidate: Candidate, question: SenderQuestion) -> str:
    return _not_ready(candidate) or _not_for_author(candidate, question) or _not_on_wire(candidate, question)


def _not_ready(candidate: Candidate) -> str:
    if candidate.removed:
        return "it was removed"
    if not candidate.active:
        return "it is switched off"
    if candidate.proof is Proof.OK:
        return ""
    return "the test of its account failed" if candidate.proof is Proof.FAILED else "its account was never tested"


def _not_for_author(candidate: Candidate, question: SenderQuestion) -> str:
    if candidate.agent_id is not None and candidate.agent_id != question.agent_id:
        return "it is somebody else's own address"
    if not candidate.allowed:
        return "the author may not use it"
    if _strange(candidate, question):
        return "it is bound to another brand"
    if candidate.agent_id is not None and not candidate.brands and not question.personal_senders:
        return "the brand allows no personal senders"
    return ""


def _strange(candidate: Candidate, question: SenderQuestion) -> bool:
    return bool(candidate.brands) and question.brand_id not in candidate.brands


def _not_on_wire(candidate: Candidate, question: SenderQuestion) -> str:
    if covers(candidate.server_filter, candidate.address) or _fallback(question):
        return ""
    return "its server may not send as it, and there is no notification address to send as instead"


def _fallback(question: SenderQuestion) -> Candidate | None:
    stand_in = question.notification
    if stand_in is None or stand_in.agent_id is not None or _not_ready(stand_in) or _strange(stand_in, question):
        return None
    return stand_in if covers(stand_in.server_filter, stand_in.address) else None


def _chosen(candidate: Candidate, question: SenderQuestion, rule: str, tried: tuple[Weighed, ...]) -> SenderChoice:
    name = candidate.display_name or (question.author_name if candidate.agent_id is not None else question.brand_name)
    stand_in = None if covers(candidate.server_filter, candidate.address) else _fallback(question)
    notices = []
    if stand_in:
        name = f"{name or question.author_name} via {question.brand_name}" if question.brand_name else name
        notices.append(f"The server may not send as {candidate.address}: it goes out as {stand_in.address}.")
    sender = stand_in or candidate
    if question.last_seen and normal(question.last_seen) != normal(sender.address):
        notices.append(f"The customer last saw {question.last_seen}.")
    return SenderChoice(sender.address, name, sender.account_id, rule, tried, tuple(notices), address_id=candidate.id)


def _refused(refusal: str, tried: tuple[Weighed, ...]) -> SenderChoice:
    return SenderChoice("", "", None, "", tried, refusal=refusal)
