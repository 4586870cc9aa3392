"""Make the exact bytes of claimed copies, once, and keep them before anything is dialled."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from gateway.mime.compose import compose
from gateway.mime.forwarded import with_forwarded
from gateway.mime.sign import sign
from models.rules import address
from models.services import dkim, settle
from models.store import desk_facts
from models.store.database import Database
from models.store.desk_facts import DeskFacts
from models.types.dkim import Signers
from models.types.errors import LeaseLost, NotAllowed, NotFound
from models.types.failpoint import Point, reach
from models.types.outbox import Claim, Outcome, Phase, Reason, Refused

log = logging.getLogger(__name__)

Made = tuple[Claim, Outcome | None]  # the outcome is set when there is nothing to send


def make_wires(database: Database, claims: Sequence[Claim]) -> list[Made]:
    """Give each claim its bytes; one that cannot be written is refused, one that is no longer ours is left out.

    Blocking. Raises ``DatabaseError`` when nothing could be kept.
    """
    if any(claim.wire is None for claim in claims):
        made = database.read(_made_together, claims)
    else:
        made = [(claim, None) for claim in claims]
    fresh = [claim for claim, _ in made if claim.wire is not None and claim not in claims]
    try:
        lost = database.write(_keep, fresh) if fresh else frozenset()
    except NotAllowed:  # an address was bound elsewhere between the two transactions: one by one, to find which
        one_by_one = [_kept(database, claim) if claim in fresh else (claim, outcome) for claim, outcome in made]
        made, lost = [one for one in one_by_one if one is not None], frozenset()
    reach(Point.WIRED)
    return [(claim, outcome) for claim, outcome in made if claim.delivery_id not in lost]


def _made_together(session: Session, claims: Sequence[Claim]) -> list[Made]:
    """Read what all of them say at one moment; the desk's own facts once."""
    signers, desk = dkim.signers(session), desk_facts.read(session)
    return [_made(claim, session, desk, signers) for claim in claims]


def _made(claim: Claim, session: Session, desk: DeskFacts, signers: Signers) -> Made:
    if claim.wire is not None:
        return claim, None
    try:
        mail = settle.outgoing(session, claim.delivery_id, desk)
        domain = address.domain(mail.sender.address)
        if domain in signers.locked:  # unsigned it would be taken for forged
            said = signers.locked[domain]
            return claim, Refused(Reason.AUTH, Phase.AUTH, said, account_wide=True, sentence=said)
        return replace(claim, wire=sign(compose(with_forwarded(mail)), signers.keys.get(domain, ()))), None
    except ValueError as error:
        return claim, Refused(Reason.CONTENT, Phase.MAIL, f"It cannot be written: {error}.")
    except SQLAlchemyError:  # nothing more can be read; the caller names it
        raise
    except NotFound as error:
        return claim, Refused(Reason.CONTENT, Phase.MAIL, str(error))
    except NotAllowed as error:
        return claim, _refused(error)
    except Exception as error:  # one mail we fail at must not stop the account's others
        log.exception("Delivery %d cannot be written", claim.delivery_id)
        return claim, Refused(Reason.CONTENT, Phase.MAIL, f"It cannot be written ({type(error).__name__}).")


def _kept(database: Database, claim: Claim) -> Made | None:
    """Keep one claim's bytes; None: it is no longer ours."""
    try:
        database.write(settle.keep_wire, claim, claim.wire or b"")
    except LeaseLost:
        return None
    except NotAllowed as error:
        return claim, _refused(error)
    return claim, None


def _refused(error: NotAllowed) -> Refused:
    return Refused(Reason.SENDER, Phase.MAIL, "", sentence=f"{error} {error.remedy}".strip())


def _keep(session: Session, claims: Sequence[Claim]) -> frozenset[int]:
    lost = set()
    for claim in claims:
        try:
            settle.keep_wire(session, claim, claim.wire or b"")
        except LeaseLost:
            lost.add(claim.delivery_id)
    return frozenset(lost)
