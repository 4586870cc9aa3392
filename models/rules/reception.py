"""Which recipients a listener takes: the desk's own addresses, signed or not, and nobody else's mail.

And what a mail is once it is here: a list of our own in front of an address does not make people's mail list mail.
"""

from collections.abc import Collection
from dataclasses import replace

from models.rules.address import domain, local, normal, plus_stripped
from models.types.mail import IncomingMail
from models.types.message import MailClass
from models.types.reception import Reception

POSTMASTER = "postmaster"  # RFC 5321 4.5.1: always taken, also without a domain


def receive(address: str, *, own: Collection[str], domains: Collection[str], catchalls: Collection[str]) -> Reception:
    """Judge one recipient. ``own``: normal addresses; ``catchalls``: those of ``domains`` that take any local part.

    "support+anything@" is ours when "support@" is: a reply address whose signature broke on the way belongs into
    quarantine, where people see it, not back to the customer.
    """
    if address.strip().casefold() == POSTMASTER:
        return Reception.TAKEN
    if not normal(address):
        return Reception.UNUSABLE
    if normal(address) in own or plus_stripped(address) in own:
        return Reception.TAKEN
    host = domain(address)
    if host not in domains:
        return Reception.FOREIGN
    return Reception.TAKEN if host in catchalls or local(address) == POSTMASTER else Reception.UNKNOWN


def as_received(mail: IncomingMail, domains: Collection[str]) -> IncomingMail:
    """Take list mail for a person's when the list is one of ours (RFC 2919): a group that stands for support@ (R6)."""
    if mail.mail_class is not MailClass.LIST:
        return mail
    return replace(mail, mail_class=MailClass.HUMAN) if is_own_list(mail.list_id, domains) else mail


def is_own_list(list_id: str, domains: Collection[str]) -> bool:
    """Tell whether a List-Id names a list at a domain of ours; "" names none."""
    name = list_id.rpartition("<")[2].rstrip("> \t").strip().lower()
    return any(name == one or name.endswith(f".{one}") for one in domains)
