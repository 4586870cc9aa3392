"""The mail an account sends to itself, and how it is known again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.mime.compose import compose
from models.rules.address import domain
from models.types.mail import IncomingMail, Mailbox, OutgoingMail

TOKEN_HEADER = "X-Nightdesk-Trial"  # noqa: S105 - a header's name
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_VERDICT = re.compile(r"\b(spf|dkim|dmarc|arc)\s*=\s*([a-z]{2,12})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the receiving server says of a mail (RFC 8601). ``server`` "" = it does not name itself."""

    server: str
    words: tuple[str, ...]  # "spf=pass" ...


def letter(*, email: str, token: str, part: str, loop_tag: str, now: datetime) -> bytes:
    """Make a mail from the account to itself, with the token in it. ``part``: "own" or "plus".

    It carries the desk's mark, so that no record is opened for it.
    """
    return compose(
        OutgoingMail(
            sender=Mailbox("nightdesk", email),
            reply_to=None,
            to=(Mailbox("", email),),
            cc=(),
            subject=f"nightdesk account test {token}",
            message_id=f"<trial.{part}.{token}@{domain(email)}>",
            in_reply_to="",
            references=(),
            date=now,
            text="Somebody set up this mail account in nightdesk. This mail shows that it works; it can be deleted.",
            automatic="auto-generated",
            loop_tag=loop_tag,
            extra=((TOKEN_HEADER, f"{part} {token}"), ("X-Auto-Response-Suppress", "All")),
        )
    )


def part_of(content: bytes, token: str) -> str:
    """Tell which of our letters a mail is; "" for any other. A server may rewrite one of the two places, not both."""
    head = content[: 64 * 1024]
    for part in ("own", "plus"):
        for sign in (f"{TOKEN_HEADER}: {part} {token}", f"<trial.{part}.{token}@"):
            if sign.lower().encode() in head.lower():
                return part
    return ""


def plus_address(email: str, token: str) -> str:
    """Write the address with a word behind a plus sign (RFC 5233)."""
    local, _, host = email.rpartition("@")
    return f"{local}+t{token[:8]}@{host}"


def verdicts(mail: IncomingMail) -> Verdicts | None:
    """Read the topmost Authentication-Results; None when there is none."""
    return _verdicts(mail.auth_results)


def _verdicts(headers: Sequence[str]) -> Verdicts | None:
    if not headers:
        return None
    said = _COMMENT.sub(" ", headers[0])
    words = said.partition(";")[0].split()
    server = words[0][:255] if words and "=" not in words[0] else ""  # Microsoft 365 does not name itself
    found = dict.fromkeys(f"{name.lower()}={verdict.lower()}" for name, verdict in _VERDICT.findall(said))
    return Verdicts(server, tuple(found))
