"""Accounts as workers use them: where to connect, as whom, with the password read from its place."""

from sqlmodel import Session

from models.rules import after_fetch
from models.rules.bound import bound
from models.services import consent, secret, vault
from models.store import accounts
from models.store.accounts import AccountFacts
from models.types.account import AccountPlan, After, AfterFetch, Auth, Endpoint, NewAccount, Security
from models.types.errors import NotFound
from models.types.secret import Secret


def plan(session: Session, account_id: int) -> AccountPlan:
    """Make the plan of one account. Run it in a reading transaction: a password command may take its time.

    ``SettingsError`` when the password cannot be read, ``NotFound`` when there is no such account.
    """
    facts = accounts.read(session, account_id)
    if facts is None:
        raise NotFound("This account is not there any more.")
    return _plan(facts.id, facts.name, facts.user, facts, _secret(session, facts))


def consent_of(session: Session, account_id: int) -> tuple[str, tuple[str, ...]] | None:
    """Name the consent an account signs in by, and the servers its tokens are for; None when it has a password."""
    facts = accounts.read(session, account_id)
    if facts is None or facts.auth is not Auth.OAUTH:
        return None
    return facts.secret, bound(facts)


def plan_of(session: Session, said: NewAccount, password: Secret | None = None) -> AccountPlan:
    """Make the plan of an account as it is said, kept or not. ``password``: as it was typed. Its id is 0."""
    found = _secret(session, said) if password is None else password
    return _plan(0, said.name or said.email, said.user or (said.email.strip() if found else ""), said, found)


def sealed(session: Session, said: NewAccount | AccountFacts, password: Secret) -> str:
    """Seal a typed password for an account's servers as they are said; what to keep as its ``secret``."""
    return vault.seal(session, password, bound(said))


def _secret(session: Session, said: NewAccount | AccountFacts) -> Secret:
    if said.auth is Auth.OAUTH:
        return consent.tokens(session, said.secret, bound(said)).access
    return secret.resolve(said.secret, session, used=bound(said))


def _plan(account_id: int, name: str, user: str, said: AccountFacts | NewAccount, password: Secret) -> AccountPlan:

    def endpoint(host: str, port: int, security: Security) -> Endpoint | None:
        return Endpoint(host, port, security, user, password, said.ca_file, said.auth) if host else None

    return AccountPlan(
        id=account_id,
        name=name,
        email=said.email,
        smtp=endpoint(said.smtp_host, said.smtp_port, said.smtp_security),
        imap=endpoint(said.imap_host, said.imap_port, said.imap_security),
        folder=said.folder,
        poll_seconds=said.poll_seconds,
        pop3=endpoint(said.pop3_host, said.pop3_port, said.pop3_security),
        leave_days=said.leave_days,
        more_folders=tuple(said.more_folders.splitlines()),
        after_fetch=after_fetch.read(said.after_fetch) or AfterFetch(After.KEEP),
    )
