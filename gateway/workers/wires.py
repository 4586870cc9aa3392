"""Make the exact bytes of claimed copies, once, and keep them with the promise to send them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from gateway.mime.compose import compose
from gateway.mime.forwarded import with_forwarded
from gateway.mime.sign import sign
from models.rules import address
from models.services import dkim, outgoing, settle
from models.services.outgoing import Unsendable
from models.store import desk_facts, outbox
from models.store.database import Database
from models.types.dkim import Signers
from models.types.errors import NotAllowed, NotFound
from models.types.mail import OutgoingMail
from models.types.outbox import Claim, Phase, Reason, Refused

log = logging.getLogger(__name__)

TURN_BYTES = 32 * 1024 * 1024  # of one turn; the copies beyond it wait for the next


@dataclass(frozen=True, slots=True)
class Ready:
    """A claimed copy with the bytes to send."""

    claim: Claim
    wire: bytes


Made = Ready | tuple[Claim, Refused]  # or why it cannot be sent


def make_wires(database: Database, claims: Sequence[Claim]) -> list[Made]:
    """Give each claim its bytes, the ones it was tried with before or new ones. Blocking.

    Stops when there are ``TURN_BYTES``: the last claims may be missing.
    """
    return database.read(_all_made, claims)


def promise_wires(database: Database, turn: Sequence[Ready], now: datetime, lease_seconds: float) -> list[Made]:
    """Keep the bytes and promise the copies, those that are still ours; one that may not leave any more is refused."""
    fresh = {one.claim.delivery_id: one.wire for one in turn if not one.claim.made}
    try:
        lost = database.write(settle.promise, [one.claim for one in turn], fresh, now, lease_seconds)
    except NotAllowed as error:  # an address was bound elsewhere since the bytes were made
        if len(turn) == 1:
            return [(turn[0].claim, _refused(error))]
        half = len(turn) // 2
        parts = (promise_wires(database, part, now, lease_seconds) for part in (turn[:half], turn[half:]))
        return [one for part in parts for one in part]
    return [one for one in turn if one.claim.delivery_id not in lost]


def _all_made(session: Session, claims: Sequence[Claim]) -> list[Made]:
    """Make them one after the other, at one moment of the database: only one mail's files are in memory."""
    fresh = outgoing.each(session, [one.delivery_id for one in claims if not one.made], desk_facts.read(session))
    signers = dkim.signers(session)
    made: list[Made] = []
    size = 0
    for claim in claims:
        one = _kept(session, claim) if claim.made else _made(claim, next(fresh)[1], signers)
        made.append(one)
        size += len(one.wire) if isinstance(one, Ready) else 0
        if size > TURN_BYTES:
            break
    return made


def _kept(session: Session, claim: Claim) -> Made:
    wire = outbox.wire(session, claim.delivery_id)
    return Ready(claim, wire) if wire is not None else (claim, _unwritable(ValueError("its bytes are gone")))


def _made(claim: Claim, mail: OutgoingMail | Unsendable, signers: Signers) -> Made:
    if isinstance(mail, NotAllowed):
        return claim, _refused(mail)
    if isinstance(mail, NotFound):
        return claim, Refused(Reason.CONTENT, Phase.MAIL, str(mail))
    if isinstance(mail, ValueError):
        return claim, _unwritable(mail)
    domain = address.domain(mail.sender.address)
    if domain in signers.locked:  # unsigned it would be taken for forged
        said = signers.locked[domain]
        return claim, Refused(Reason.AUTH, Phase.AUTH, said, account_wide=True, sentence=said)
    try:
        return Ready(claim, sign(compose(with_forwarded(mail)), signers.keys.get(domain, ())))
    except ValueError as error:
        return claim, _unwritable(error)
    except Exception as error:  # one mail we fail at must not stop the account's others
        log.exception("Delivery %d cannot be written", claim.delivery_id)
        return claim, Refused(Reason.CONTENT, Phase.MAIL, f"It cannot be written ({type(error).__name__}).")


def _refused(error: NotAllowed) -> Refused:
    return Refused(Reason.SENDER, Phase.MAIL, "", sentence=f"{error} {error.remedy}".strip())


def _unwritable(error: ValueError) -> Refused:
    return Refused(Reason.CONTENT, Phase.MAIL, f"It cannot be written: {error}.")
