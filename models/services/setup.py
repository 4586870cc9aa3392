"""Set a desk up: whose it is, its kinds of record, its addresses, accounts and people."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from models.rules import account_proof, new_account
from models.rules.address import domain as domain_of
from models.rules.address import local, normal
from models.services import account_edit
from models.services.accounts import sealed
from models.store import account_settings, accounts, contacts, desk_facts, setting_up, settings
from models.store.changes import announce
from models.types.account import NewAccount
from models.types.errors import NotAllowed, NotFound
from models.types.people import AgentView, Channel
from models.types.routing import Policy
from models.types.secret import Secret
from models.types.trial import TrialResult

# name, letter in lists, stages (the first is a new record's, the last one done), carries an amount
KINDS = (
    ("ticket", "T", ("new", "open", "solved"), False),
    ("opportunity", "C", ("new", "qualified", "proposition", "won"), True),
    ("order", "O", ("quotation", "confirmed", "done"), True),
    ("invoice", "I", ("draft", "sent", "paid"), True),
)
FIRST_NUMBER = 1001
KIND_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def init(session: Session, *, brand: str, domain: str, notification: str, now: datetime) -> None:
    """Make the desk: a signing key, the kinds, the brand, its domain, and support@ that opens tickets.

    Run again it changes the brand's name and the notification address and adds the domain; what was signed stays valid.
    """
    host = domain_of(f"x@{domain}")
    if not host:
        raise NotAllowed(f"{domain!r} is no mail domain.", "It is what stands after the @, such as example.org.")
    if not normal(notification):
        raise NotAllowed(f"{notification!r} is no mail address.")
    if not brand.strip():
        raise NotAllowed("The brand needs a name.", "It is the name customers see.")
    fresh = not settings.get(session, settings.SIGNING_KEY)
    settings.put_new(session, settings.SIGNING_KEY, secrets.token_bytes(32).hex())
    settings.put_new(session, settings.RECORD_NUMBER, str(FIRST_NUMBER - 1))
    settings.put(session, settings.NOTIFICATION_ADDRESS, normal(notification))
    for name, letter, stages, has_amount in KINDS:
        setting_up.ensure_kind(session, name, letter, stages, has_amount=has_amount)
    setting_up.name_default_brand(session, brand.strip())
    domain_id = setting_up.ensure_domain(session, host)
    if fresh:
        setting_up.put_alias(session, "support", domain_id, "ticket")
    announce(session, now, topic="accounts")


def add_alias(
    session: Session,
    *,
    address: str,
    creates: str,
    policy: Policy = Policy.EVERYONE,
    any_domain: bool = False,
    auto_reply: str = "",
) -> None:
    """Let mail to an address open records of a kind. Its domain becomes one of ours.

    ``any_domain``: its local part counts at every domain of ours. ``auto_reply``: what whoever wrote a first mail is
    told, once a day at most; "" = nothing. What is said replaces what was said of this address before.
    """
    if not normal(address):
        raise NotAllowed(f"{address!r} is no mail address.")
    there = setting_up.kinds(session)
    if creates not in there:
        raise NotFound(f"There is no kind of record called {creates!r}.", f"There are: {', '.join(there)}.")
    setting_up.put_alias(
        session,
        local(address),
        setting_up.ensure_domain(session, domain_of(address)),
        creates,
        policy=policy.value,
        any_domain=any_domain,
        auto_reply=auto_reply.strip(),
    )


def set_catchall(session: Session, *, domain: str, local_part: str) -> None:
    """Take mail for unknown addresses of a domain as mail to this local part there; "" = into quarantine."""
    host, name = domain_of(f"x@{domain}"), local(f"{local_part}@{domain}")
    if not host or (local_part and not name):
        raise NotAllowed(f"{local_part}@{domain} is no mail address.")
    setting_up.set_catchall(session, setting_up.ensure_domain(session, host), name)


def set_reopening(session: Session, *, kind: str, days: int | None) -> None:
    """Say how long after a record of this kind was done an answer opens it again. None: always, 0: never."""
    if days is not None and days < 0:
        raise NotAllowed("The days must not be negative.")
    if not setting_up.set_reopening(session, kind, days):
        raise NotFound(f"There is no kind of record called {kind!r}.")


def remove_alias(session: Session, *, address: str) -> None:
    """Let mail to an address open nothing any more; records it opened stay."""
    host = domain_of(address)
    if not host or not setting_up.remove_alias(session, local(address), host):
        raise NotFound(f"There is no alias {address}.")


def add_kind(session: Session, *, name: str, stages: Sequence[str] = ("new", "open", "done")) -> None:
    """Make a kind of record unless there is one of this name. The first stage is a new record's, the last one done."""
    if not KIND_NAME.fullmatch(name):
        raise NotAllowed(f"{name!r} cannot name a kind of record.", "Use small letters, digits, - and _; at most 32.")
    setting_up.ensure_kind(session, name, name[0].upper(), stages, has_amount=False)


def add_account(
    session: Session,
    new: NewAccount,
    *,
    now: datetime,
    agent_id: int | None = None,
    brand_id: int | None = None,
    password: Secret | None = None,
    trial: TrialResult | None = None,
) -> int:
    """Keep a mail account, and its address as one records are answered from when it sends; the account's id.

    ``agent_id``: it is this employee's own, not the company's. ``password``: as it was typed; it is sealed here.
    ``trial``: of exactly these settings, and passed; None: it is kept switched off, as untested.
    ``NotAllowed`` names the first thing wrong with it.
    """
    new = account_edit.tidy(new)
    passed = account_proof.proves(trial, new, account_proof.secret_word(new.secret, password))
    if trial is not None and not passed:
        raise NotAllowed("This account is not kept: its test did not pass, or was of other settings.")
    if password is not None:
        new = replace(new, secret=sealed(session, new, password))
    wrong = new_account.problems(new)
    if wrong:
        raise NotAllowed(wrong[0], " ".join(wrong[1:]))
    if new.default_kind and new.default_kind not in setting_up.kinds(session):
        raise NotFound(f"There is no kind of record called {new.default_kind!r}.")
    email = normal(new.email)
    name = (new.name.strip() or email)[:120]
    if accounts.by_name(session, name) is not None:
        raise NotAllowed(f"There is an account called {name} already.", "Choose another name for it.")
    account_id = accounts.add(session, new, name=name, email=email, brand_id=brand_id, active=passed)
    if trial is not None:
        stored = account_proof.fingerprint(new, account_proof.secret_word(new.secret))
        account_settings.write_trial(session, account_id, trial, stored)
    if new.smtp_host:
        accounts.add_sending_address(
            session,
            email=email,
            display_name=new.display_name.strip()[:120],
            account_id=account_id,
            agent_id=agent_id,
            brand_id=brand_id,
        )
    announce(session, now, topic="accounts")
    return account_id


def ensure_agent(
    session: Session, *, login: str, name: str = "", email: str = "", channel: Channel | None = None
) -> AgentView:
    """Find the agent with this login or make one; what is said of them replaces what is stored, "" and None keep it."""
    address = normal(email)
    if email and not address:
        raise NotAllowed(f"{email!r} is no mail address.")
    if address and address in desk_facts.read(session).own:
        raise NotAllowed(f"{address} is an address of the desk itself.", "Use one where mail reaches the person.")
    return contacts.ensure_agent(session, login=login, name=name.strip(), email=address, channel=channel)
