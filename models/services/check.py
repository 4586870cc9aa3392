"""Look whether the desk's senders are set up well: for the command and the accounts' screen."""

from collections.abc import Iterator
from dataclasses import replace

from sqlmodel import Session

from models.rules.desk_check import findings
from models.rules.sender import choose_sender
from models.services import rules, sender
from models.store import addresses, brands, desk_facts, sending
from models.store import domains as our_domains
from models.store.desk_facts import BrandFacts, DeskFacts, in_full
from models.types.check import CheckedBrand, CheckedDomain, DeskChecked, Finding
from models.types.sender import Candidate

RULE = "rule"  # the code of a finding about an automation rule


def check(session: Session) -> tuple[Finding, ...]:
    """List what there is to look at, problems first."""
    desk = desk_facts.read(session)
    every = tuple(one for one in sending.candidates(session) if not one.removed)
    views = addresses.views(session)
    counts = brands.open_records(session, desk.default_brand_id)
    found = findings(
        DeskChecked(
            addresses=every,
            nobodys=frozenset(one.id for one in views if not (one.everybody or one.owner or one.agents or one.groups)),
            brands=tuple(_brand(desk, one, every, counts.get(one.id, 0)) for one in desk.brands),
            domains=tuple(
                CheckedDomain(one.name, one.aliases, one.catchall, one.bounce, in_full(one.default_from, one.name))
                for one in our_domains.views(session)
            ),
            fetched=frozenset(one.email for one in desk.accounts if one.fetches),
        )
    )
    return tuple(sorted((*found, *_rules(session)), key=lambda one: not one.problem))


def _rules(session: Session) -> Iterator[Finding]:
    """Automation rules that name what is not there any more; one that is off does no harm."""
    for view in rules.every(session):
        for problem in view.problems:
            name = view.rule.name
            remedy = f"Change it: nightdesk rule set {name!r}, or g r at the desk."
            yield Finding(RULE, view.rule.active, name, f"The rule {name} names what is gone: {problem}.", remedy)


def _brand(desk: DeskFacts, brand: BrandFacts, every: tuple[Candidate, ...], open_records: int) -> CheckedBrand:
    question = sender.of_brand(desk, brand, every)
    stand_in = question.notification
    usable = choose_sender(replace(question, explicit=stand_in.address), [stand_in]) if stand_in else None
    return CheckedBrand(
        id=brand.id,
        name=brand.name,
        active=brand.active,
        open_records=open_records,
        answers_as=choose_sender(question, every).address,
        stands_in=usable.address if usable else "",
        notification=brand.notification,
    )
