"""Judge the DMARC policy of a domain, and whether anything speaks for its From addresses (RFC 7489)."""

from models.rules import dmarc as policy
from models.rules.dmarc import DmarcRecord
from models.types.dns import Answers, Asked, Question
from models.types.domain_health import DomainQuestion, Finding, Grade


def dmarc(question: DomainQuestion, answers: Answers) -> tuple[set[Question], list[Finding]]:
    """Judge as far as the answers go: what is missing, and the findings."""
    for domain in (question.domain, *policy.parents(question.domain)):
        asked = Question(f"_dmarc.{domain}", "TXT")
        answer = answers.get(asked)
        if answer is None:
            return {asked}, []
        if answer.asked is Asked.UNREACHABLE:
            sentence = f"{asked.name} could not be asked: {answer.why}. Nothing is said about what is there."
            return set(), [Finding("DMARC", Grade.UNKNOWN, sentence)]
        records = policy.policies(answer)
        if records:
            return set(), [_judge(question, domain, records)]
    sentence = f"{question.domain} has no DMARC record; large providers want one. This one only watches:"
    return set(), [Finding("DMARC", Grade.WARNING, sentence, f"_dmarc.{question.domain}", "TXT", "v=DMARC1; p=none")]


def _judge(question: DomainQuestion, domain: str, records: tuple[str, ...]) -> Finding:
    name = f"_dmarc.{domain}"
    if len(records) > 1:
        sentence = f"{len(records)} DMARC records stand at {name}, so receivers believe none: leave one."
        return Finding("DMARC", Grade.WRONG, sentence)
    found = policy.read(records[0])
    if found.problem:
        return Finding("DMARC", Grade.WRONG, f"The DMARC record at {name} is ignored: {found.problem}.")
    said = f"DMARC at {name} says {_policy_of(question, domain, found)}"
    voices = _voices(question, found)
    if voices:
        return Finding("DMARC", Grade.GOOD, f"{said}; {voices} for our From addresses.")
    if not question.hosts:
        return Finding("DMARC", Grade.GOOD, f"{said}.")
    others = ", ".join(dict.fromkeys(one.bounce_domain for one in question.hosts))
    sentence = (
        f"{said}, and nothing speaks for our From addresses: no key of ours signs, and bounces go to {others}. "
        f"Make a key: nightdesk dkim make {question.domain}"
    )
    return Finding("DMARC", Grade.WRONG if _policy_of(question, domain, found) != "none" else Grade.WARNING, sentence)


def _policy_of(question: DomainQuestion, domain: str, found: DmarcRecord) -> str:
    below = domain != question.domain and found.subdomains in policy.POLICIES
    return found.subdomains if below else found.policy


def _voices(question: DomainQuestion, found: DmarcRecord) -> str:
    """Name what is aligned: our signature is always made for From's own domain."""
    signs = any(key.active for key in question.keys)
    bounces = bool(question.hosts) and all(
        policy.aligned(question.domain, one.bounce_domain, strict=found.strict_spf) for one in question.hosts
    )
    return {
        (True, True): "DKIM and SPF speak",
        (True, False): "DKIM speaks",
        (False, True): "SPF speaks",
    }.get((signs, bounces), "")
