"""A mail of old, read ahead of whoever places it."""

from dataclasses import dataclass

from models.types.mail import IncomingMail


@dataclass(frozen=True, slots=True)
class Letter:
    """One old mail. ``mail`` None: reading it ended the child that read it."""

    content: bytes
    sha256: str
    mail: IncomingMail | None
