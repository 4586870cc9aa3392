"""What arrives in the demo, and when. The same seed tells the same story."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.demo import cast
from gateway.demo.letters import Person


@dataclass(frozen=True, slots=True)
class Arrival:
    """A first mail, so many seconds after the one before it."""

    after_seconds: float
    author: Person
    to: str
    subject: str
    text: str


_FIRST = Arrival(
    0.7,
    cast.ANNA,
    cast.SUPPORT,
    "Rear light stays off",
    "Hello,\n\nsince yesterday the rear light of my Aurora stays off; the front one works.\n"
    "I have already changed the battery. What else can I try?\n\nAnna Berg\nFrame number NL-20415",
)

_SOON = (
    Arrival(
        6.0,
        cast.TOM,
        cast.ORDERS,
        "Six cargo bikes: two of them earlier?",
        "Dear team,\n\nour order of last week says the 30th for all six cargo bikes.\n"
        "Can two of them come earlier? Our depot in the harbour opens on Monday.\n\nKind regards\nTom Okafor",
    ),
    Arrival(
        7.0,
        cast.GRACE,
        cast.SALES,
        "Company bikes for 40 people",
        "Hello,\n\nwe are looking for about forty company bikes with a service contract.\n"
        "What would you suggest, and roughly at what price?\n\nGrace Lim",
    ),
    Arrival(
        7.0,
        cast.HENRIK,
        cast.BILLING,
        "Two invoices for one repair",
        "Hi,\n\nI received two invoices for the same repair, 2291 and 2294. Which one is right?\n\nHenrik",
    ),
    Arrival(
        8.0,
        cast.LUCIA,
        cast.ORDERS,
        "Can you change the delivery address?",
        "Hola, the helmet I ordered goes to my old flat. Can you still change the address?\n\nSent from my phone",
    ),
)

_LATER = (
    Arrival(
        9.0,
        cast.STRANGER,
        cast.SUPPORT,
        # A hostile subject: a clipboard write, colours, a right-to-left turn and markup. It must stay text.
        "Refund \x1b]52;c;ZWNobyBoaQ==\x07 \x1b[31mURGENT\x1b[0m \u202etxt.exe [@click=app.quit]open[/]",
        "Open the attachment now \x1b[2J\x1b[H or your parcel goes back.",
    ),
    Arrival(
        9.0,
        cast.YUKI,
        f"jobs@{cast.DOMAIN}",  # nobody's address: no rule places it, so it waits in the quarantine
        "Saturday job in the workshop?",
        "Hello, do you need help in the workshop on Saturdays? I repair bikes since I was twelve.\n\nYuki",
    ),
    Arrival(
        9.0,
        cast.OLD_MILL,
        cast.SUPPORT,
        "Bottle cage does not fit",
        "The bottle cages of our club bikes touch the frame. Are there shorter screws?\n\nOld Mill Cycling Club",
    ),
    Arrival(
        12.0,
        cast.ANNA,
        cast.SUPPORT,
        "How often should the chain be oiled?",
        "One more thing: how often should the chain of the Aurora be oiled? I ride about 60 km a week.\n\nAnna",
    ),
)

_THINGS = ("saddle", "rear brake", "display", "charger", "kickstand", "front rack", "bell", "belt drive")
_TROUBLES = (
    "The {thing} of my bike makes a noise since Tuesday. Is that dangerous?",
    "Do you have a new {thing} for the Aurora in black? What does it cost?",
    "The {thing} broke after three weeks. Is that covered by the warranty?",
    "I would like to fit a different {thing}. Which ones do you recommend?",
)
_NAMES = ("Ida Holm", "Piet de Vries", "Noor Haddad", "Marek Novák", "Elif Kaya", "Jonas Weber")


def arrivals(seed: int) -> Iterator[Arrival]:
    """Tell the story: the first mail at once, then the others in an order the seed shuffles; it never ends."""
    chance = random.Random(seed)  # noqa: S311 -- a story, not a secret
    yield _FIRST
    for part in (_SOON, _LATER):
        yield from (_jittered(each, chance) for each in chance.sample(part, len(part)))
    while True:
        yield _somebody(chance)


def _jittered(arrival: Arrival, chance: random.Random) -> Arrival:
    seconds = arrival.after_seconds * chance.uniform(0.8, 1.2)
    return Arrival(seconds, arrival.author, arrival.to, arrival.subject, arrival.text)


def _somebody(chance: random.Random) -> Arrival:
    name, thing = chance.choice(_NAMES), chance.choice(_THINGS)
    address = f"{name.split()[0].lower()}{chance.randrange(100)}@mailbox.example"
    text = chance.choice(_TROUBLES).format(thing=thing)
    return Arrival(chance.uniform(40, 90), Person(name, address), cast.SUPPORT, thing.capitalize(), f"{text}\n\n{name}")
