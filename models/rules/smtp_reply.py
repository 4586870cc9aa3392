"""What an SMTP reply means: worth another try or final, and why, in a sentence for people (R21)."""

import re
from datetime import datetime

from models.types.outbox import Reason

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_SENTENCES = {
    Reason.AUTH: "The login of {server} was refused; sign in again.",
    Reason.SENDER: "This account may not send with that sender address; choose another one.",
    Reason.USER: "The address {address} does not exist; correct it and send again.",
    Reason.DOMAIN: "The domain of {address} does not exist or takes no mail.",
    Reason.FULL: "The mailbox of {address} is full.",
    Reason.SIZE: "The message is larger than the mailbox of {address} takes.",
    Reason.SPAM: "The message to {address} was refused as spam.",
    Reason.POLICY: "A rule at {server} refused the message to {address}.",
    Reason.RATE: "{server} takes no more mail from us for now.",
    Reason.GREYLIST: "{server} asks strangers to come back later; that is usual.",
    Reason.SYSTEM: "{server} has trouble and did not take the message to {address}.",
    Reason.TLS: "No safe connection to {server} could be made.",
    Reason.CONNECT: "{server} could not be reached.",
    Reason.CONTENT: "{server} cannot take this message as it is written; change it and send again.",
    Reason.INACTIVE: "The mailbox of {address} is switched off.",
    Reason.SUPPRESSED: "We did not try {address}: mail to it came back before.",
    Reason.UNKNOWN: "The message to {address} was refused.",
}


def sentence(reason: Reason, *, address: str, next_try: datetime | None = None, server: str = "") -> str:
    """Say a failure to an agent. ``next_try`` is written in its own time zone; None: no word of another try."""
    said = _SENTENCES[reason].format(address=address or "the recipient", server=server or "the mail server")
    said = said[0].upper() + said[1:]
    return f"{said} Next try {next_try:%H:%M}." if next_try else said


def enhanced_code(text: str) -> str:
    """Find the enhanced status code (RFC 3463) in a server's words; "" when there is none."""
    found = _ENHANCED.search(text)
    return ".".join(str(int(part)) for part in found.groups()) if found else ""
