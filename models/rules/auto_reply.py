"""Whether a mail may be answered automatically: once, a person only, and never round in circles (R6, RFC 3834)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.rules.address import normal, plus_stripped
from models.types.mail import IncomingMail
from models.types.message import MailClass

AUTOMATIC = "auto-replied"  # the Auto-Submitted value (RFC 3834 5)
DAY = timedelta(hours=24)
PER_ADDRESS = 1  # automatic answers to one address a day
SUBJECT_WINDOW = timedelta(minutes=180)
QUIET = timedelta(hours=1)  # after we wrote: whoever answers sooner knows we are there, or is a machine
PER_SUBJECT = 2  # with one subject to one domain: a correspondent whose address changes each time is one all the same


@dataclass(frozen=True, slots=True)
class Automatic:
    """One automatic answer that was sent."""

    recipient: str  # normal address
    subject: str
    sent_at: datetime


def refusal(
    mail: IncomingMail,
    *,
    alias: str,
    subject: str,
    own: Collection[str],
    sent: Sequence[Automatic],
    now: datetime,
) -> str:
    """Say why this mail is not answered automatically; "" when it may be.

    ``alias``: the normal address that would answer. ``subject``: the answer's. ``sent``: what went to the sender's
    domain in the last day.
    """
    return _about_mail(mail, alias, own) or _about_limits(mail, subject, sent, now)


def _about_mail(mail: IncomingMail, alias: str, own: Collection[str]) -> str:
    people = {normal(mailbox.address) for mailbox in mail.sender}
    sender = next(iter(people), "")
    addressed = {normal(mailbox.address) for mailbox in (*mail.to, *mail.cc)}
    if len(people) != 1 or not sender:
        return "nobody, or several people, stand in From"
    if mail.mail_class is not MailClass.HUMAN or mail.auto_generated or mail.no_autoreply or mail.loop_tag:
        return "a machine wrote it, or asked for no answer of one"
    if mail.spam:
        return "a filter marked it as spam"
    if sender in own or plus_stripped(sender) in own:
        return "it came from one of our own addresses"
    if alias not in addressed | {plus_stripped(address) for address in addressed}:
        return "our address stands neither in To nor in Cc (RFC 3834 2)"
    return ""


def _about_limits(mail: IncomingMail, subject: str, sent: Sequence[Automatic], now: datetime) -> str:
    sender = plus_stripped(mail.sender[0].address)
    today = [one for one in sent if one.sent_at > now - DAY and plus_stripped(one.recipient) == sender]
    if len(today) >= PER_ADDRESS:
        return "this sender was answered automatically within the last day"
    alike = [one for one in sent if one.sent_at > now - SUBJECT_WINDOW and _bare(one.subject) == _bare(subject)]
    if len(alike) >= PER_SUBJECT:
        return "the same was answered to this domain more than once in the last three hours"
    return ""


def _bare(subject: str) -> str:
    """The subject without the number of its record."""
    return " ".join(word for word in subject.split() if not word.startswith("[#")).casefold()
