"""Mails and routing facts for the tests of the rules: plain ones, changed by keyword."""

from dataclasses import replace
from typing import Any

from models.types.mail import Bounce, BounceRecipient, IncomingMail, Mailbox
from models.types.message import MailClass
from models.types.routing import AliasFact, KnownMessage, ReplyToken, RoutingContext

ANNA, BOB, EVE, KIM = "anna@customer.example", "bob@partner.example", "eve@stranger.example", "kim@team.example"
TICKET, LEAD = 7, 8  # record ids
SUPPORT = AliasFact(1, "support@desk.test", "ticket", None, exact=True)
SALES = AliasFact(2, "sales@desk.test", "lead", 5, exact=True)
HELP = AliasFact(3, "help@desk.test", "ticket", None, exact=True)
LOCAL = AliasFact(4, "support@desk.test", "ticket", None, exact=False)
PEOPLE = frozenset({ANNA, BOB})
OURS = KnownMessage("<nd.7.a.b@desk.test>", TICKET, True, False, PEOPLE, False, "ticket")
THEIRS = KnownMessage("<orig-1@customer.example>", TICKET, False, False, PEOPLE, False, "ticket")
NOTE = replace(OURS, message_id="<nd.7.n.b@desk.test>", note=True)
OTHERS = KnownMessage("<other@x.example>", 9, False, False, frozenset({"carl@x.example"}), False, "ticket")
TOKEN = ReplyToken("support+r7.2.x.y@desk.test", TICKET, 2, ANNA, True, participants=PEOPLE)
BAD_TOKEN = replace(TOKEN, valid=False, recipient="")
HARD = Bounce(True, recipients=(BounceRecipient(ANNA, "5.1.1", "hard", "user"),))
DELAYED = Bounce(True, recipients=(BounceRecipient(ANNA, "4.4.7", "delayed", "system"),))

_MAIL = IncomingMail(
    sender=(Mailbox("Anna", ANNA),),
    to=(Mailbox("", "support@desk.test"),),
    cc=(),
    reply_to=(),
    delivered_to=(),
    return_path=None,
    subject="Printer on fire",
    message_id="<new-1@customer.example>",
    in_reply_to=(),
    references=(),
    date=None,
    text="It burns.",
    reply_text="It burns.",
    has_html=False,
    attachments=(),
    mail_class=MailClass.HUMAN,
    auto_generated=False,
    no_autoreply=False,
    bounce=Bounce(),
    loop_tag="",
    list_id="",
    auth_results=(),
)
_CONTEXT = RoutingContext(
    own_addresses=frozenset({"support@desk.test", "sales@desk.test", "help@desk.test", "notifications@desk.test"}),
    own_domains=frozenset({"desk.test"}),
    tokens=(),
    known=(),
    tagged=(),
    aliases=(),
    duplicate_of=None,
    same_id_other_content=None,
    default_kind="",
    sender_is_agent=False,
    sender_address=ANNA,
)


def mail(*, to: str = "support@desk.test", cc: str = "", **changes: Any) -> IncomingMail:
    """An ordinary mail; ``to`` and ``cc`` are addresses with spaces between."""
    headers = {"to": tuple(Mailbox("", a) for a in to.split()), "cc": tuple(Mailbox("", a) for a in cc.split())}
    return replace(_MAIL, **{**headers, **changes})


def facts(**changes: Any) -> RoutingContext:
    """What a desk with a few aliases knows of a mail from Anna that matches nothing."""
    return replace(_CONTEXT, **changes)
