"""Judge the SPF policy of every domain our envelope senders stand in (RFC 7208)."""

from models.rules import spf as policy
from models.rules.spf import Survey
from models.rules.spf_senders import includes_for
from models.types.dns import Answers, Asked, Question
from models.types.domain_health import DomainQuestion, Finding, Grade, SendingHost

_REST = {
    "+": "and everybody else may, too: end it with ~all",
    "?": "and says nothing of all others: end it with ~all",
    "": "and does not say what becomes of all others: end it with ~all",
}


def spf(question: DomainQuestion, answers: Answers) -> tuple[set[Question], list[Finding]]:
    """Judge as far as the answers go: what is missing, and the findings."""
    needs: set[Question] = set()
    findings: list[Finding] = []
    bounces = [one.bounce_domain for one in question.hosts if one.bounce_domain in question.ours]
    for domain in dict.fromkeys(bounces or [question.domain]):
        found = policy.survey(domain, answers)
        hosts = tuple(one for one in question.hosts if one.bounce_domain == domain)
        for host in dict.fromkeys(one.host for one in hosts if one.own):
            needs |= {Question(host, kind) for kind in ("A", "AAAA")} - answers.keys()
        needs |= found.needs
        if not needs:
            findings.append(_judge(domain, found, hosts, answers))
    return needs, findings


def _judge(domain: str, found: Survey, hosts: tuple[SendingHost, ...], answers: Answers) -> Finding:
    answer = answers[Question(domain, "TXT")]
    if answer.asked is Asked.UNREACHABLE:
        sentence = f"{domain} could not be asked: {answer.why}. Nothing is said about what is there."
        return Finding("SPF", Grade.UNKNOWN, sentence)
    for name in [one.host for one in hosts if one.own]:
        for kind in ("A", "AAAA"):
            if (said := answers[Question(name, kind)]).asked is Asked.UNREACHABLE:
                found.unreachable.append(f"{name} ({said.why})")
    wanted = [one for host in hosts for one in _mechanisms(host, found, answers)]
    if not found.records:
        record = " ".join(["v=spf1", *dict.fromkeys(wanted or ["mx"]), "~all"])
        return Finding("SPF", Grade.WRONG, f"{domain} has no SPF record.", domain, "TXT", record)
    if len(found.records) > 1:
        sentence = f"{domain} has {len(found.records)} SPF records, so receivers believe none: make them one."
        return Finding("SPF", Grade.WRONG, sentence, domain, "TXT", _merged(found.records, wanted))
    if found.problems:
        sentence = f"The SPF record of {domain} is broken: {'; '.join(found.problems[:3])}."
        return Finding("SPF", Grade.WRONG, sentence)
    if found.lookups > policy.MOST_LOOKUPS:
        sentence = (
            f"The SPF record of {domain} needs {found.lookups} DNS look-ups with all it includes, and more than "
            f"{policy.MOST_LOOKUPS} make it invalid: take includes out."
        )
        return Finding("SPF", Grade.WRONG, sentence)
    return _judge_rest(domain, found, hosts, wanted)


def _judge_rest(domain: str, found: Survey, hosts: tuple[SendingHost, ...], wanted: list[str]) -> Finding:
    if found.unreachable:
        names = ", ".join(dict.fromkeys(found.unreachable))
        sentence = f"Part of the SPF record of {domain} could not be asked: {names[:300]}. It may be right."
        return Finding("SPF", Grade.UNKNOWN, sentence)
    if found.voids > policy.MOST_VOIDS:
        sentence = f"The SPF record of {domain} asks for {found.voids} names that are not there; 2 are allowed."
        return Finding("SPF", Grade.WRONG, sentence)
    if wanted:
        sentence = f"The SPF record of {domain} does not name who sends its mail: {' '.join(dict.fromkeys(wanted))}."
        return Finding("SPF", Grade.WRONG, sentence, domain, "TXT", _merged(found.records, wanted))
    if found.last in _REST:
        grade = Grade.WRONG if found.last == "+" else Grade.WARNING
        return Finding("SPF", grade, f"The SPF record of {domain} names who may send its mail, {_REST[found.last]}.")
    strangers = [one for one in hosts if not one.own and not includes_for(one.host)]
    if strangers:
        sentence = (
            f"{domain} has one SPF record with {found.lookups} look-ups. Whether it names {strangers[0].host} is not "
            "known here: ask that provider what to include."
        )
        return Finding("SPF", Grade.HINT, sentence)
    sentence = f"{domain} has one SPF record, with {found.lookups} of {policy.MOST_LOOKUPS} look-ups"
    if not hosts:
        return Finding("SPF", Grade.HINT, f"{sentence}; none of our accounts sends with it.")
    return Finding("SPF", Grade.GOOD, f"{sentence}; it names who sends.")


def _mechanisms(host: SendingHost, found: Survey, answers: Answers) -> list[str]:
    """Say what the record must gain for a server to be allowed; [] when it is, or when nobody can tell."""
    if not host.own:
        known = includes_for(host.host)
        return [] if not known or found.includes & set(known) else [f"include:{known[0]}"]
    addresses = [address for kind in ("A", "AAAA") for address in answers[Question(host.host, kind)].values]
    missing = [address for address in addresses if not found.covers(address)]
    return [f"ip6:{one}" if ":" in one else f"ip4:{one}" for one in missing]


def _merged(records: tuple[str, ...], wanted: list[str]) -> str:
    """Put all records into one, with what is missing before the end. What is no SPF term is left out."""
    words: list[str] = []
    ends: list[str] = []
    for record in records:
        for term in policy.terms(record)[0]:
            sign = "" if term.qualifier in "+=" else term.qualifier
            if term.name == "all":
                ends.append(f"{term.qualifier}all")
            elif term.qualifier == "=":
                ends.append(f"{term.name}={term.value}")
            else:
                slash = "" if not term.value or term.value.startswith("/") else ":"
                words.append(f"{sign}{term.name}{slash}{term.value}")
    strictest = [one for sign in "-~" for one in ends if one.startswith(sign)]
    last = next(iter(strictest), "" if any("=" in one for one in ends) else "~all")
    others = [one for one in ends if "=" in one]
    return " ".join(one for one in ("v=spf1", *dict.fromkeys([*words, *wanted]), *others, last) if one)
