"""The room of our own domains."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from models.rules import dkim_record
from models.services import admin, dkim, domains
from models.services.domains import DomainChange
from models.store import domains as store
from models.types.actor import Actor
from models.types.dkim import DkimView, NewKey
from models.types.domain_health import DomainReport, Finding, Grade
from models.types.errors import NotAllowed
from models.types.identity import DomainView
from models.types.trial import StepState, TrialStep
from tui.render.ink import Role
from tui.render.setup_item import Fact, Item
from tui.setup.typed import Typed, edited, listed


def items(session: Session, now: datetime) -> tuple[Item, ...]:
    """List the domains."""
    views = store.views(session)
    return tuple(_item(view, dkim.keys(session, view.name), now, only=len(views) == 1) for view in views)


def keep(session: Session, actor: Actor, item: Item | None, values: Mapping[str, str], now: datetime) -> str:
    """Keep a form. A domain's name is what it is: another one is another domain."""
    typed = Typed(values)
    name = typed.wanted("name", "What stands after the @?")
    change = DomainChange(
        brand=typed.text("brand"),
        catchall=typed.text("catchall"),
        bounce=typed.text("bounce"),
        default_from=typed.text("default_from"),
        sequence=typed.number("sequence", default=10),
    )
    if item is not None and name != item.key:
        typed.refuse("name", "A domain keeps its name; add the other one.")
    typed.done()
    if item is None:
        view = domains.add(session, actor, name, change, now=now)
    else:
        view = domains.change(session, actor, item.key, change, now=now, seen=item.revision)
    return f"{view.name} is saved."


def switch(session: Session, actor: Actor, item: Item, now: datetime) -> str:
    """Refuse: a domain is ours or it is not."""
    raise NotAllowed("A domain cannot be switched off.", "D D takes it out.")


def remove(session: Session, actor: Actor, item: Item, now: datetime) -> tuple[str, ...]:
    """Take it out."""
    domains.remove(session, actor, item.key, now=now, seen=item.revision)
    return (f"{item.title} is no domain of ours any more.",)


def steps(report: DomainReport) -> tuple[TrialStep, ...]:
    """Write what others see as steps: what is wrong failed, with the record to add."""
    states = {Grade.GOOD: StepState.OK, Grade.WARNING: StepState.FAILED, Grade.WRONG: StepState.FAILED}
    made = []
    for number, one in enumerate(report.findings):
        add = f"Add to DNS: {_record(one)}" if one.record_value else ""
        state = states.get(one.grade, StepState.SKIPPED)
        made.append(TrialStep(f"{number}", f"{one.check}: {one.grade}", state, one.sentence, add))
    return tuple(made)


def verdict(report: DomainReport) -> str:
    """Say how a domain stands in one sentence."""
    return {
        Grade.WRONG: f"{report.domain}: something is wrong; the records to add stand below it.",
        Grade.UNKNOWN: f"{report.domain}: DNS could not be asked.",
        Grade.WARNING: f"{report.domain}: mail goes out, and some receivers will trust it less than they could.",
    }.get(report.grade, f"{report.domain}: all is well.")


def make_key(session: Session, actor: Actor, item: Item, key: NewKey, now: datetime) -> tuple[str, ...]:
    """Keep a key that signs a domain's mail; what to add to DNS."""
    made = admin.allowed(session, actor, dkim.make, domain=item.key, selector="", key=key, now=now)
    name, text = dkim_record.name(made.selector, made.domain), dkim_record.text(made.algorithm, made.public)
    return (
        f"The key {made.selector} is made. Add this record to DNS:",
        f"{name} TXT {text}",
        f"Then t asks for it, and switches the key on when it is seen. Again later: nightdesk dkim show {made.domain}",
    )


def _record(one: Finding) -> str:
    return f"{one.record_name} {one.record_type} {one.record_value}"


def _key(one: DkimView) -> Fact:
    seen = "seen in DNS" if one.seen_at else "not seen in DNS yet: t looks"
    signs = "signs" if one.active else "does not sign"
    role = Role.GOOD if one.active and one.seen_at else Role.NEED
    return Fact("Key", f"{one.selector} ({one.algorithm}) {signs}, {seen}", role)


def _item(view: DomainView, keys: tuple[DkimView, ...], now: datetime, *, only: bool) -> Item:
    shared = "shared by all brands" + (", as the only one" if only else "")
    brand = view.brand if view.brand and not only else shared
    facts = (
        Fact("Brand", brand),
        Fact("Aliases", listed(view.aliases, "none")),
        Fact("Catchall", view.catchall or "none: mail for unknown addresses waits in quarantine"),
        Fact("Bounces", f"{view.bounce}@{view.name}"),
        Fact("Notifications", view.default_from or "the desk's"),
        Fact("Sequence", str(view.sequence)),
        *(
            (_key(one) for one in keys)
            if keys
            else (Fact("Key", "none: its mail is not signed; K makes one", Role.NEED),)
        ),
        *edited(view.edit, now),
    )
    return Item(
        key=view.name,
        title=view.name,
        summary=f"{brand} · {len(view.aliases)} alias{'' if len(view.aliases) == 1 else 'es'}",
        mark="ours",
        mark_role=Role.GOOD,
        facts=facts,
        values={
            "name": view.name,
            "brand": view.brand,
            "catchall": view.catchall,
            "bounce": view.bounce,
            "default_from": view.default_from,
            "sequence": str(view.sequence),
        },
        revision=view.edit.revision,
    )
