"""A mail comes in, an agent answers it from the keyboard, the answer goes out, and the customer writes back."""

from models.store.plain import Reader
from tests.stories.agent import at_work
from tests.stories.pictures import picture
from tui.cli.demo import TIPS
from tui.settings import Settings

BESIDE, BELOW, SMALL = (132, 36), (110, 34), (80, 24)


async def test_the_first_minute(demo: Settings) -> None:
    """What the README promises of the demo, by its keys alone."""
    async with at_work(demo, BESIDE, TIPS) as agent:
        await agent.sees("Display shows E07", "Rear light stays off")
        await agent.goes_to("Rear light stays off")
        await agent.sees("since yesterday the rear light")
        picture(agent.app, "first-minute", "nightdesk demo")
        await agent.press("r")
        await agent.sees("REPLY", "Anna Berg <anna@berg.example> (mail)")
        await agent.type("Hello Anna,\n\nplease try the plug under the saddle.\n\nJonas")
        await agent.press("escape", "y")
        await agent.sees("held")
        await agent.sees("That was quick!", "sent", seconds=10)
        picture(agent.app, "list-and-thread", "nightdesk")
    reader = Reader(demo.database)
    threads = reader.rows(
        "SELECT m.direction FROM message m JOIN record r ON r.id = m.record_id "
        "WHERE r.title = 'Rear light stays off' AND m.kind = 'email' ORDER BY m.id"
    )
    assert [row["direction"] for row in threads] == ["in", "out", "in"]


async def test_an_answer_without_its_thread_still_comes_home(demo: Settings) -> None:
    """Yuki's program sends neither In-Reply-To nor References; the signed reply address leads back."""
    async with at_work(demo, BELOW) as agent:
        await agent.goes_to("Is the Aurora in size 54 in stock?")
        await agent.press("r")
        await agent.sees("REPLY")
        await agent.type("Yes. Would you like to try it?")
        await agent.press("escape", "y")
        await agent.sees("I will come on Saturday")
        await agent.press("w")
        await agent.sees("reply address")


async def test_a_dead_mailbox_brings_the_record_back(demo: Settings) -> None:
    async with at_work(demo, BELOW) as agent:
        await agent.goes_to("Loose spokes on three club bikes")
        await agent.press("r")
        await agent.sees("REPLY")
        await agent.type("That is normal. Bring them in.")
        await agent.press("escape", "y")
        await agent.sees("bounced")


async def test_a_note_stays_inside(demo: Settings) -> None:
    async with at_work(demo, BELOW) as agent:
        await agent.goes_to("Leasing for a delivery fleet")
        await agent.press("c")
        await agent.sees("NOTE", "stays inside", "Mara Lind (mail)")
        await agent.type("The tables are in the blue folder. Let us offer 36 months.")
        picture(agent.app, "a-note", "an internal note")
        assert "ravi.menon@" not in _composer(agent.text)
        await agent.press("escape", "y")
        await agent.sees("blue folder", "sent")
    copies = Reader(demo.database).rows(
        "SELECT d.recipient FROM delivery d JOIN message m ON m.id = d.message_id WHERE m.kind = 'note'"
    )
    assert {row["recipient"] for row in copies} <= {"mara@northlight-team.example", "agent:1", "agent:2"}


async def test_a_colleague_hears_of_it_and_answers_by_mail(demo: Settings) -> None:
    """Mara follows and is told by mail; her answer lands in the thread."""
    async with at_work(demo, BELOW) as agent:
        await agent.goes_to("Display shows E07")
        await agent.press("r")
        await agent.sees("REPLY", "Mara Lind (mail)")
        await agent.type("E07 is the speed sensor. Has the magnet moved?")
        picture(agent.app, "composing", "answering a customer")
        await agent.press("escape", "y")
        await agent.sees("the spare part is in stock")


async def test_a_small_terminal(demo: Settings) -> None:
    async with at_work(demo, SMALL) as agent:
        await agent.goes_to("Rear light stays off")
        await agent.sees("since yesterday")
        picture(agent.app, "small", "80x24")
        assert all(len(line) <= 80 for line in agent.text.splitlines())
        await agent.press("e")
        await agent.sees("Done 2")
        await agent.press("z")
        await agent.sees("Done 1")


def _composer(text: str) -> str:
    """The part of the screen in the composer's frame."""
    return text[text.index("╭") if "╭" in text else text.index("╔") :]
