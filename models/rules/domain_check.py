"""Judge what DNS says of a mail domain of ours: one finding for each check, and the record that would put it right.

Pure: each check says which answers it still needs; when none is missing its findings are complete.
"""

from collections.abc import Callable
from dataclasses import dataclass

from models.rules import dkim_record
from models.rules.dmarc_check import dmarc
from models.rules.spf_check import spf
from models.types.dns import Answer, Answers, Asked, Question
from models.types.domain_health import DomainQuestion, Finding, Grade

NULL_MX = "."  # RFC 7505


@dataclass(frozen=True, slots=True)
class Judgement:
    """``needs`` empty: the findings are complete."""

    needs: frozenset[Question]
    findings: tuple[Finding, ...]


def judge(question: DomainQuestion, answers: Answers) -> Judgement:
    """Judge as far as the answers go."""
    needs: set[Question] = set()

    def ask(name: str, kind: str) -> Answer | None:
        found = answers.get(Question(name, kind))
        if found is None:
            needs.add(Question(name, kind))
        return found

    of_spf, of_dmarc = spf(question, answers), dmarc(question, answers)
    findings = (
        *_mx(question, ask),
        *of_spf[1],
        *_dkim(question, ask),
        *of_dmarc[1],
        *_reverse(question, ask),
        *_reports(question, ask),
    )
    return Judgement(frozenset(needs | of_spf[0] | of_dmarc[0]), findings)


Ask = Callable[[str, str], Answer | None]


def _mx(question: DomainQuestion, ask: Ask) -> list[Finding]:
    answer = ask(question.domain, "MX")
    if answer is None:
        return []
    if answer.asked is Asked.UNREACHABLE:
        return [_unknown("MX", question.domain, answer)]
    hosts = [one.rpartition(" ")[2] for one in answer.values]
    if not hosts:
        return [_no_mx(question, answer, ask)]
    if hosts == [NULL_MX]:
        sentence = f"{question.domain} says that it takes no mail at all: answers cannot come back."
        return [Finding("MX", Grade.WRONG, sentence)]
    dead = [host for host in hosts[:10] if _has_no_address(host, ask)]
    if dead:
        sentence = f"Mail for {question.domain} goes to {', '.join(dead)}, which has no address."
        return [Finding("MX", Grade.WRONG if len(dead) == len(hosts) else Grade.WARNING, sentence)]
    return [Finding("MX", Grade.GOOD, f"Mail for {question.domain} goes to {', '.join(hosts[:10])}.")]


def _no_mx(question: DomainQuestion, answer: Answer, ask: Ask) -> Finding:
    if answer.asked is Asked.NO_NAME:
        return Finding("MX", Grade.WRONG, f"The domain {question.domain} does not exist: answers cannot come back.")
    if not _has_no_address(question.domain, ask):
        sentence = f"{question.domain} has no MX record; mail goes to its own address (RFC 5321 5.1)."
        return Finding("MX", Grade.WARNING, sentence)
    sentence = f"{question.domain} has no MX record: name the server that takes its mail, or answers cannot come back."
    return Finding("MX", Grade.WRONG, sentence)


def _has_no_address(host: str, ask: Ask) -> bool:
    answers = [ask(host, "A"), ask(host, "AAAA")]
    return all(one is not None and one.asked in (Asked.NOTHING, Asked.NO_NAME) for one in answers)


def _dkim(question: DomainQuestion, ask: Ask) -> list[Finding]:
    if not question.keys:
        sentence = f"No key of ours signs mail of {question.domain}; make one: nightdesk dkim make {question.domain}"
        return [Finding("DKIM", Grade.WARNING if _own(question) else Grade.HINT, sentence)]
    findings = []
    for key in question.keys:
        name = dkim_record.name(key.selector, question.domain)
        answer = ask(name, "TXT")
        if answer is None:
            continue
        if answer.asked is Asked.UNREACHABLE:
            findings.append(_unknown("DKIM", name, answer))
            continue
        wrong = dkim_record.problem(answer.values, key.algorithm, key.public)
        text = dkim_record.text(key.algorithm, key.public)
        if not wrong:
            sentence = f"The key {key.selector} stands in DNS and signs."
            if not key.active:
                sentence = f"The key {key.selector} stands in DNS, and is switched off."
            findings.append(Finding("DKIM", Grade.GOOD if key.active else Grade.HINT, sentence, name, "TXT"))
        else:
            grade = Grade.WRONG if key.active else Grade.WARNING
            meanwhile = " although mail is signed with it" if key.active else ""
            sentence = f"The key {key.selector} does not stand in DNS{meanwhile}: {wrong}."
            findings.append(Finding("DKIM", grade, sentence, name, "TXT", text))
    return findings


def _reverse(question: DomainQuestion, ask: Ask) -> list[Finding]:
    """See that the address of a server of our own has a name that leads back to it."""
    findings = []
    for host in dict.fromkeys(one.host for one in question.hosts if one.own):
        for kind in ("A", "AAAA"):
            answer = ask(host, kind)
            if answer is not None and answer.asked is Asked.UNREACHABLE:
                findings.append(_unknown("reverse", host, answer))
                break
            findings += [
                one for address in (answer.values if answer else ()) if (one := _reverse_of(host, address, ask))
            ]
    return findings


def _reverse_of(host: str, address: str, ask: Ask) -> Finding | None:
    answer = ask(address, "PTR")
    if answer is None:
        return None
    if answer.asked is Asked.UNREACHABLE:
        return _unknown("reverse", address, answer)
    if not answer.values:
        sentence = f"{address} ({host}) has no name: many receivers refuse its mail. Whoever gave the address sets it."
        return Finding("reverse", Grade.WRONG, sentence, address, "PTR", f"{host}.")
    kind = "AAAA" if ":" in address else "A"
    back = [ask(name, kind) for name in answer.values[:5]]
    if any(one is None for one in back):
        return None
    if any(one is not None and address in one.values for one in back):
        return Finding("reverse", Grade.GOOD, f"{address} is called {answer.values[0]}, which leads back to it.")
    silent = next((one for one in back if one is not None and one.asked is Asked.UNREACHABLE), None)
    if silent is not None:
        return _unknown("reverse", answer.values[0], silent)
    sentence = f"{address} is called {answer.values[0]}, which does not lead back to it: receivers do not believe it."
    return Finding("reverse", Grade.WRONG, sentence, address, "PTR", f"{host}.")


def _reports(question: DomainQuestion, ask: Ask) -> list[Finding]:
    """Mention what protects mail on its way to us; nobody needs it (RFC 8460, RFC 8461)."""
    findings = []
    for check, name, begins in (
        ("MTA-STS", f"_mta-sts.{question.domain}", "v=STSv1"),
        ("TLS-RPT", f"_smtp._tls.{question.domain}", "v=TLSRPTv1"),
    ):
        answer = ask(name, "TXT")
        if answer is None:
            continue
        found = [one for one in answer.values if one.startswith(begins)]
        if answer.asked is Asked.UNREACHABLE:
            findings.append(_unknown(check, name, answer))
        elif len(found) > 1:
            findings.append(Finding(check, Grade.WARNING, f"{len(found)} records stand at {name}: all are ignored."))
        else:
            sentence = f"{check} is set up." if found else f"{check} is not set up; it need not be."
            findings.append(Finding(check, Grade.GOOD if found else Grade.HINT, sentence))
    return findings


def _own(question: DomainQuestion) -> bool:
    return any(one.own for one in question.hosts)


def _unknown(check: str, name: str, answer: Answer) -> Finding:
    return Finding(
        check, Grade.UNKNOWN, f"{name} could not be asked: {answer.why}. Nothing is said about what is there."
    )
