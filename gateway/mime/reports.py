"""Delivery reports, receipts and complaints in their standard forms (RFC 3462, 3464, 5965, 8098)."""

from gateway.mime.bodies import Content
from gateway.mime.parts import Part
from models.types.mail import Bounce, Mailbox


def read_report(
    root: Part, held: Content, sender: tuple[Mailbox, ...], subject: str, return_path: str | None
) -> tuple[Bounce, bool]:
    """X."""
    return Bounce(), False
