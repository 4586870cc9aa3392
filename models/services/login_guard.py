"""Remember refused logins, over processes and restarts, and refuse to repeat them too soon."""

import hmac
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlmodel import Session

from models.rules import login_guard as rule
from models.store import login_refusals, settings
from models.types.account import Endpoint
from models.types.errors import NightdeskError


class TooSoon(NightdeskError):
    """The same login was refused a moment ago; nothing was tried."""

    exit_code = 75  # EX_TEMPFAIL, sysexits.h

    def __init__(self, sentence: str, remedy: str, until: datetime) -> None:
        super().__init__(sentence, remedy)
        self.until = until


def check(session: Session, endpoints: Iterable[Endpoint], now: datetime) -> None:
    """Go on when these logins may be tried now; ``TooSoon`` says from when on."""
    for endpoint in endpoints:
        until = rule.may_try_at(login_refusals.of(session, _place(endpoint)), _tag(session, endpoint), now)
        if until is not None:
            raise TooSoon(
                f"{endpoint.host} refused this login shortly ago; another try could lock the account there.",
                f"Correct the user name or the password, or try again from {until:%H:%M} UTC on.",
                until,
            )


def note(session: Session, refused: Iterable[Endpoint], accepted: Iterable[Endpoint], now: datetime) -> None:
    """Remember what servers said of logins."""
    login_refusals.sweep(session, now - rule.WINDOW)
    for endpoint in refused:
        login_refusals.add(session, _place(endpoint), _tag(session, endpoint), now)
    for endpoint in accepted:
        login_refusals.forget(session, _place(endpoint))


def _place(endpoint: Endpoint) -> str:
    return sha256(f"{endpoint.host.lower()}\0{endpoint.user}".encode("utf-8", "surrogatepass")).hexdigest()


def _tag(session: Session, endpoint: Endpoint) -> str:
    """Digest the secret to 16 bits: it is known again, and a thief of the database cannot find it by them."""
    said = f"login\0{endpoint.host.lower()}\0{endpoint.user}\0{endpoint.password}"
    return hmac.new(settings.signing_key(session), said.encode("utf-8", "surrogatepass"), sha256).hexdigest()[:4]
