"""How each brand's records would be answered now by the desk itself; and whether they could be."""

from dataclasses import dataclass

from sqlmodel import Session

from models.rules.sender import choose_sender
from models.services import sender
from models.store import brands, desk_facts, sending


@dataclass(frozen=True, slots=True)
class Standing:
    """A brand and its company address; "" = there is none, so its records cannot be answered by everybody."""

    brand: str
    address: str
    records: int  # that are not done


def stranded(session: Session) -> tuple[Standing, ...]:
    """Ask for every brand that is in use."""
    desk = desk_facts.read(session)
    every = sending.candidates(session)
    counts = brands.open_records(session, desk.default_brand_id)
    return tuple(
        Standing(one.name, choose_sender(sender.of_brand(desk, one, every), every).address, counts.get(one.id, 0))
        for one in desk.brands
        if one.active or counts.get(one.id)
    )
