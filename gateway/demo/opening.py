"""What happened at the demo's desk before the newcomer sat down, told through the services as it would have been."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlmodel import Session

from gateway.demo import cast
from gateway.demo.letters import Letter, Person, outlook, plain
from gateway.mime.parse import parse
from models.services import drafts, receive, reply, route, triage
from models.store import records, settings
from models.types.draft import NotSendable, Stopped
from models.types.draft_mode import DraftMode


class Deed(Enum):
    """What the colleague did with a record."""

    TAKE = "take"
    NOTE = "note"
    REPLY = "reply"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Past:
    """A mail that came, and what the colleague did about it, so many minutes ago."""

    minutes_ago: int
    author: Person
    to: str
    subject: str
    text: str
    deeds: tuple[tuple[int, Deed, str], ...] = ()
    html: bool = False


# The colleague's replies go out when the demo starts, so they go to people who do not answer.
STORY = (
    Past(
        1500,
        Person("Ravi Menon", "ravi.menon@menon-freight.example"),
        cast.SALES,
        "Leasing for a delivery fleet",
        "Good morning,\n\nwe run 25 delivery bikes and would rather lease than buy.\nDo you offer that?\n\nRavi Menon",
        ((1440, Deed.TAKE, ""), (1430, Deed.NOTE, "Jonas has the leasing tables. Ask him before we name a price.")),
        html=True,
    ),
    Past(
        1200,
        Person("Petra Vogel", "petra@vogel.example"),
        cast.BILLING,
        "Invoice 2287 without our VAT number",
        "Hello,\n\nour VAT number is missing on invoice 2287. Could you send a corrected one?\n\nPetra Vogel",
        (
            (1100, Deed.TAKE, ""),
            (
                1080,
                Deed.REPLY,
                "Hello Petra,\n\nthe corrected invoice is on its way by post. Sorry about that.\n\nMara",
            ),
        ),
    ),
    Past(
        900,
        Person("Sam Reed", "sam@reed.example"),
        cast.SUPPORT,
        "Key for the battery lock lost",
        "I lost the key of my battery lock. The number on it was 4471.\n\nSam",
        (
            (
                840,
                Deed.REPLY,
                "Hi Sam,\n\na key with that number costs 18 euros and takes three days. It is ordered.\n\nMara",
            ),
            (600, Deed.DONE, ""),
        ),
    ),
    Past(
        320,
        cast.YUKI,
        cast.ORDERS,
        "Is the Aurora in size 54 in stock?",
        "Hello,\n\nis the Aurora in size 54 in stock? I would like to try it on Saturday.\n\nYuki Tanaka",
    ),
    Past(
        170,
        Person("Clara Nilsson", "clara@nilsson.example"),
        cast.BILLING,
        "Paid twice by mistake",
        "Hi,\n\nI paid invoice 2279 twice by mistake. Can you send the second amount back?\n\nClara",
        ((160, Deed.NOTE, "The bank shows both payments, 189.00 each."),),
    ),
    Past(
        95,
        cast.OLD_MILL,
        cast.SUPPORT,
        "Loose spokes on three club bikes",
        "After the first 500 km the spokes of three club bikes are loose. Is that normal?\n\nOld Mill Cycling Club",
    ),
    Past(
        40,
        Person("Ben Adeyemi", "ben@adeyemi.example"),
        cast.SUPPORT,
        "Display shows E07",
        "The display shows E07 and the motor stops on hills.\nWhat does E07 mean?\n\nBen",
        ((30, Deed.TAKE, ""), (28, Deed.NOTE, "E07 is the speed sensor. Usually the magnet on the spoke has moved.")),
    ),
)


def tell(session: Session, *, colleague_id: int, now: datetime) -> None:
    """Make the story's records."""
    for number, past in enumerate(STORY):
        record_id = _arrive(session, past, number, now)
        for minutes_ago, deed, text in past.deeds:
            _do(session, record_id, deed, text, colleague_id, now - timedelta(minutes=minutes_ago))


def _arrive(session: Session, past: Past, number: int, now: datetime) -> int:
    when = now - timedelta(minutes=past.minutes_ago)
    letter = Letter(past.author, past.to, past.subject, past.text, when, f"demo-past-{number}")
    content = outlook(letter) if past.html else plain(letter)
    raw_id = receive.keep_one(
        session, content=content, envelope_from=past.author.address, envelope_to=[past.to], now=when
    )
    route.place(session, raw_id=raw_id, mail=parse(content), now=when)
    newest = int(settings.get(session, settings.RECORD_NUMBER))
    return records.by_number(session, [newest])[newest]


def _do(session: Session, record_id: int, deed: Deed, text: str, agent_id: int, when: datetime) -> None:
    if deed is Deed.TAKE:
        triage.take(session, record_id, agent_id, when)
    elif deed is Deed.DONE:
        triage.done(session, record_id, agent_id, when)
    else:
        mode = DraftMode.NOTE if deed is Deed.NOTE else DraftMode.REPLY
        draft = drafts.open_draft(session, record_id, mode, agent_id, when)
        drafts.save(session, draft.id, agent_id, subject=draft.subject, text=text, to=None, now=when)
        result = reply.send(session, draft_id=draft.id, agent_id=agent_id, base=draft.base, now=when, hold_seconds=0)
        if isinstance(result, Stopped | NotSendable):
            raise RuntimeError(f"the story's text on record {record_id} was not sent: {result}")
