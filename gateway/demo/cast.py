"""Who writes to the demo's desk, and how each of them answers a mail."""

from dataclasses import dataclass

from gateway.demo.letters import Person

DOMAIN = "northlight.example"
BRAND = "Northlight Bikes"
SUPPORT = f"support@{DOMAIN}"
SALES = f"sales@{DOMAIN}"
ORDERS = f"orders@{DOMAIN}"
BILLING = f"billing@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody answers. When ``answers`` are used up, they are content and silent."""

    answers: tuple[str, ...]
    outlook: bool = False  # writes HTML
    threaded: bool = True  # False: their program forgets In-Reply-To and References
    to_sender: bool = False  # answers to From, whatever Reply-To says
    absent: str = ""  # an absence assistant answers first, with this text
    gone: bool = False  # the mailbox does not exist; the server says so
    pause_seconds: float = 1.0


ANNA = Person("Anna Berg", "anna@berg.example")
TOM = Person("Tom Okafor", "tom.okafor@okafor-logistics.example")
LUCIA = Person("Lucía Prado", "lucia@prado.example")
HENRIK = Person("Henrik Sund", "henrik@sund.example")
GRACE = Person("Grace Lim", "grace.lim@lim-partners.example")
OLD_MILL = Person("Old Mill Cycling Club", "info@oldmill.example")
YUKI = Person("Yuki Tanaka", "yuki@tanaka.example")
STRANGER = Person("Claims Dept", "claims@parcel-claims.example")
MARA = Person("Mara Lind", "mara@northlight-team.example")

HABITS: dict[Person, Habit] = {
    ANNA: Habit(
        answers=(
            "That was quick! The light comes on now, but only when I hold the lever.\nIs that a loose plug?",
            "It was the plug under the saddle. All three lamps work. Thank you!",
        ),
    ),
    TOM: Habit(
        answers=(
            "Thanks for coming back.\n\nThe frame numbers are NL-20981 to NL-20986. We need two of them by Monday.",
            "Perfect, that works for us. You can close this.",
        ),
        outlook=True,
    ),
    LUCIA: Habit(
        answers=(
            "Genial, then please send it to the office address.\n\nSent from my phone",
            "It came today. Thank you!",
        ),
        threaded=False,
    ),
    HENRIK: Habit(
        answers=("Back again. The second invoice is the right one, please cancel the first.",),
        absent="I am out of the office until Thursday and read no mail.\nUrgent matters: reception@sund.example",
        pause_seconds=6.0,
    ),
    GRACE: Habit(
        answers=(
            "Good to know. Forty bikes, delivered in two lots, and we would want the service contract for two years.",
            "I will take this offer to our board on Friday.",
        ),
        outlook=True,
        to_sender=True,
    ),
    OLD_MILL: Habit(answers=(), gone=True),
    YUKI: Habit(
        answers=("ありがとうございます。 Size 54 is right, I will come on Saturday.", "Thank you, see you then."),
        threaded=False,
    ),
    MARA: Habit(
        answers=("I have seen this one before: the spare part is in stock since Monday, shelf B4.",), pause_seconds=3.0
    ),
}
"""Nobody else answers."""
