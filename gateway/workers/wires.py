"""Make the exact bytes of claimed copies, once, and keep them before anything is dialled."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from gateway.mime.compose import compose
from gateway.mime.forwarded import with_forwarded
from gateway.mime.sign import sign
from models.rules import address
from models.services import dkim, settle
from models.store.database import Database
from models.types.dkim import Signers
from models.types.errors import DatabaseError, LeaseLost, NotAllowed, NotFound
from models.types.failpoint import Point, reach
from models.types.mail import OutgoingMail
from models.types.outbox import Claim, Outcome, Phase, Reason, Refused

log = logging.getLogger(__name__)

_NOBODY = Signers({}, {})
Made = tuple[Claim, Outcome | None]  # the outcome is set when there is nothing to send


def make_wires(database: Database, claims: Sequence[Claim]) -> list[Made]:
    """Give each claim its bytes; one that cannot be written is refused, one that is no longer ours is left out.

    Blocking. Raises ``DatabaseError`` when nothing could be kept.
    """
    signers = database.read(dkim.signers) if any(claim.wire is None for claim in claims) else _NOBODY
    made = [_made(claim, database, signers) for claim in claims]
    fresh = [claim for claim, _ in made if claim.wire is not None and claim not in claims]
    lost = database.write(_keep, fresh) if fresh else frozenset()
    reach(Point.WIRED)
    return [(claim, outcome) for claim, outcome in made if claim.delivery_id not in lost]


def _made(claim: Claim, database: Database, signers: Signers) -> Made:
    if claim.wire is not None:
        return claim, None
    try:
        mail: OutgoingMail = database.read(settle.outgoing, claim.delivery_id)
        domain = address.domain(mail.sender.address)
        if domain in signers.locked:  # unsigned it would be taken for forged
            said = signers.locked[domain]
            return claim, Refused(Reason.AUTH, Phase.AUTH, said, account_wide=True, sentence=said)
        return replace(claim, wire=sign(compose(with_forwarded(mail)), signers.keys.get(domain, ()))), None
    except ValueError as error:
        return claim, Refused(Reason.CONTENT, Phase.MAIL, f"It cannot be written: {error}.")
    except DatabaseError:
        raise
    except NotFound as error:
        return claim, Refused(Reason.CONTENT, Phase.MAIL, str(error))
    except NotAllowed as error:
        return claim, Refused(Reason.SENDER, Phase.MAIL, "", sentence=f"{error} {error.remedy}".strip())
    except Exception as error:  # one mail we fail at must not stop the account's others
        log.exception("Delivery %d cannot be written", claim.delivery_id)
        return claim, Refused(Reason.CONTENT, Phase.MAIL, f"It cannot be written ({type(error).__name__}).")


def _keep(session: Session, claims: Sequence[Claim]) -> frozenset[int]:
    lost = set()
    for claim in claims:
        try:
            settle.keep_wire(session, claim, claim.wire or b"")
        except LeaseLost:
            lost.add(claim.delivery_id)
    return frozenset(lost)
