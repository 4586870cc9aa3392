"""Examine our domains: ask what a judgement needs, until it needs no more. Blocking; run it in a thread."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from gateway.transports.names import Names
from models.rules import dkim_record
from models.rules.domain_check import judge
from models.services import dkim, domain_health
from models.store.database import Database
from models.types.dkim import DkimView
from models.types.dns import Answer, Answers, Asked, Question
from models.types.domain_health import DomainQuestion, DomainReport, Finding, Grade

MOST_QUESTIONS = 200  # about one domain; a policy that includes the world gets no further


def examine(database: Database, names: Names, domain: str = "") -> tuple[DomainReport, ...]:
    """Report on one domain of ours, or on all. ``NotFound`` when it is none of ours.

    Keys whose records are seen are noted, and switched on the first time.
    """
    wanted = (domain,) if domain else database.read(domain_health.names)
    return tuple(_one(database, names, database.read(domain_health.question, one)) for one in wanted)


def _one(database: Database, names: Names, question: DomainQuestion) -> DomainReport:
    answers: Answers = {}
    while needs := judge(question, answers).needs:
        for need in sorted(needs, key=lambda one: (one.name, one.kind)):
            answers[need] = _ask(names, need, len(answers))
    now = datetime.now(UTC)
    seen = [key for key in question.keys if _stands(key, answers)]
    first = {
        key.selector
        for key in seen
        if database.write(dkim.seen, domain=question.domain, selector=key.selector, now=now)
    }
    on = tuple(replace(key, active=True) if key.selector in first else key for key in question.keys)
    findings = judge(replace(question, keys=on), answers).findings
    return DomainReport(question.domain, (*findings, *_news(question.domain, sorted(first))), now)


def _ask(names: Names, question: Question, asked: int) -> Answer:
    if asked >= MOST_QUESTIONS:
        return Answer(Asked.UNREACHABLE, why="it asks for too many names")
    return names.ask(question)


def _stands(key: DkimView, answers: Answers) -> bool:
    answer = answers.get(Question(dkim_record.name(key.selector, key.domain), "TXT"))
    if answer is None or answer.asked is not Asked.FOUND:
        return False
    return not dkim_record.problem(answer.values, key.algorithm, key.public)


def _news(domain: str, selectors: Sequence[str]) -> list[Finding]:
    return [
        Finding(
            "DKIM", Grade.GOOD, f"The key {one} was seen for the first time: mail of {domain} is signed from now on."
        )
        for one in selectors
    ]
