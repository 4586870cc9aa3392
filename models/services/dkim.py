"""Signing keys of our domains: made, switched, withdrawn, and opened for whoever makes a mail's bytes."""

from datetime import datetime

from sqlmodel import Session

from models.rules import dkim_record
from models.services import vault
from models.services.domains import find
from models.store import dkim
from models.store.changes import announce
from models.types.dkim import DkimView, NewKey, Signers, SigningKey
from models.types.errors import NotAllowed, NotFound, SettingsError


def make(session: Session, *, domain: str, selector: str, key: NewKey, now: datetime) -> DkimView:
    """Keep a new key for a domain of ours, its private half sealed. Nothing is signed with it before it is switched on.

    It is switched on by hand, or when DNS is first seen to hold it.
    """
    view = find(session, domain)
    chosen = selector.lower() or _free_selector(session, view.name, key, now)
    if not dkim_record.usable_selector(chosen):
        raise NotAllowed(f"{selector!r} cannot be a selector.", "Use small letters, digits and -; at most 63.")
    if any(one.selector == chosen for one in dkim.views(session, view.name)):
        raise NotAllowed(f"{view.name} has a key called {chosen} already.", "Choose another --selector.")
    private = vault.seal(session, key.private, (f"mail of {view.name}",))
    dkim.add(
        session,
        domain_id=view.id,
        selector=chosen,
        algorithm=key.algorithm,
        public=key.public,
        private=private,
        now=now,
    )
    announce(session, now, topic="accounts")
    return _find(session, view.name, chosen)


def switch(session: Session, *, domain: str, selector: str, on: bool, now: datetime) -> DkimView:
    """Sign with a key from now on, or no more."""
    view = find(session, domain)
    if not dkim.change(session, view.id, selector, active=on):
        raise _missing(view.name, selector)
    announce(session, now, topic="accounts")
    return _find(session, view.name, selector)


def remove(session: Session, *, domain: str, selector: str, now: datetime) -> None:
    """Delete a key; mail that was signed with it can still be checked while DNS holds it."""
    view = find(session, domain)
    if not dkim.remove(session, view.id, selector):
        raise _missing(view.name, selector)
    announce(session, now, topic="accounts")


def seen(session: Session, *, domain: str, selector: str, now: datetime) -> bool:
    """Note that DNS holds a key. True: it was seen for the first time and is switched on by that."""
    view = find(session, domain)
    first = _find(session, view.name, selector).seen_at is None
    dkim.change(session, view.id, selector, seen_at=now, **({"active": True} if first else {}))
    if first:
        announce(session, now, topic="accounts")
    return first


def keys(session: Session, domain: str = "") -> tuple[DkimView, ...]:
    """Read the keys of one domain of ours, or of all."""
    return dkim.views(session, find(session, domain).name if domain else "")


def signers(session: Session) -> Signers:
    """Open the keys that mail is signed with."""
    found: dict[str, tuple[SigningKey, ...]] = {}
    locked: dict[str, str] = {}
    for domain, selector, algorithm, sealed in dkim.active(session):
        try:
            private = vault.unseal(session, sealed, (f"mail of {domain}",))
        except SettingsError as error:
            locked[domain] = (
                f"The key {selector} that signs mail of {domain} cannot be opened here. {error} {error.remedy}"
            )
            continue
        found[domain] = (*found.get(domain, ()), SigningKey(domain, selector, algorithm, private))
    return Signers(found, locked)


def _free_selector(session: Session, domain: str, key: NewKey, now: datetime) -> str:
    base = f"nd{now:%y%m}{key.algorithm.value[0]}"
    taken = {one.selector for one in dkim.views(session, domain)}
    return next(one for one in (base, *(f"{base}{number}" for number in range(2, 1000))) if one not in taken)


def _find(session: Session, domain: str, selector: str) -> DkimView:
    for one in dkim.views(session, domain):
        if one.selector == selector:
            return one
    raise _missing(domain, selector)


def _missing(domain: str, selector: str) -> NotFound:
    return NotFound(f"{domain} has no key called {selector}.", f"See: nightdesk dkim list {domain}")
