"""Consents given at providers of mail, and the tokens they brought."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from models.tables.mail import Account, OauthGrant
from models.types.account_view import GrantView

_VIEW = (
    col(OauthGrant.id),
    col(OauthGrant.provider),
    col(OauthGrant.user),
    col(OauthGrant.granted_at),
    col(OauthGrant.access_until),
    col(OauthGrant.grant_until),
    col(OauthGrant.refusal),
)


def view(session: Session, grant_id: str) -> GrantView | None:
    """Read one, without its tokens."""
    found = session.execute(select(*_VIEW).where(col(OauthGrant.id) == grant_id)).first()
    return GrantView(*found) if found else None


def tokens(session: Session, grant_id: str) -> str | None:
    """Read where its tokens are: a secret reference."""
    return session.scalar(select(col(OauthGrant.tokens)).where(col(OauthGrant.id) == grant_id))


def add(session: Session, grant: GrantView, tokens: str) -> None:
    """Keep a new one."""
    session.execute(
        insert(OauthGrant).values(
            id=grant.id,
            provider=grant.provider,
            user=grant.user,
            tokens=tokens,
            granted_at=grant.granted_at,
            access_until=grant.access_until,
            grant_until=grant.grant_until,
            refusal="",
        )
    )


def change(session: Session, grant_id: str, **values: Any) -> None:
    """Change what is known of one."""
    session.execute(update(OauthGrant).where(col(OauthGrant.id) == grant_id).values(**values))


def accounts_of(session: Session, grant_id: str) -> Sequence[int]:
    """List the accounts that sign in by it."""
    wanted = col(Account.secret) == f"oauth:{grant_id}"
    return session.scalars(select(col(Account.id)).where(wanted, col(Account.removed_at).is_(None))).all()  # type: ignore[return-value]


def sweep(session: Session, before: datetime) -> None:
    """Forget those older than this that no account signs in by."""
    used = select(col(Account.secret)).where(col(Account.secret).like("oauth:%"))
    references = {text.removeprefix("oauth:") for text in session.scalars(used)}
    unused = col(OauthGrant.id).not_in(references)
    session.execute(delete(OauthGrant).where(col(OauthGrant.granted_at) < before, unused))
