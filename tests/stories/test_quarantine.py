"""Mail without a record, and a mail that bounced, settled by keys against the real desk."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from gateway.demo import cast
from gateway.demo.letters import Letter, Person, plain
from gateway.mime.parse import parse
from models.services import receive, route
from models.store.database import Database
from models.store.plain import Reader
from tests.stories.agent import at_work
from tui.settings import Settings

SIZES = [(80, 24), (200, 50)]
STRANGER = Person("Rita Stone", "rita@elsewhere.example")


def arrives(settings: Settings, subject: str, key: str) -> None:
    """A mail no rule can place, for it was sent to an address nobody has."""

    def work(session: Session) -> None:
        now = datetime.now(UTC)
        letter = Letter(STRANGER, f"nobody@{cast.DOMAIN}", subject, "We talked on the phone.", now, key)
        content = plain(letter)
        raw_id = receive.keep_one(
            session, content=content, envelope_from=STRANGER.address, envelope_to=[f"nobody@{cast.DOMAIN}"], now=now
        )
        route.place(session, raw_id=raw_id, mail=parse(content), now=now)

    database = Database(settings.database)
    database.write(work)
    database.close()


@pytest.mark.parametrize("size", SIZES)
async def test_spam_from_now_on_is_taken_back_whole(demo: Settings, size: tuple[int, int]) -> None:
    arrives(demo, "Cheap tyres", "q1")
    async with at_work(demo, size) as agent:
        await agent.sees("Rear light stays off", "Quarantine 1")
        await agent.press("g", "q")
        await agent.sees("Cheap tyres")
        await agent.press("w")
        await agent.sees("It is on no record")
        await agent.press("escape", "semicolon", "exclamation_mark")
        await agent.sees("mail of rita@elsewhere.example from", "Every mail found its record.")
        assert [row["verb"] for row in Reader(demo.database).rows("SELECT verb FROM sender_rule")] == ["spam"]
        await agent.press("z")
        await agent.sees("Cheap tyres", "The mail is in quarantine again.")
        assert Reader(demo.database).one("SELECT verb FROM sender_rule") is None


@pytest.mark.parametrize("size", SIZES)
async def test_a_stranger_becomes_a_customer_and_the_mail_a_ticket(demo: Settings, size: tuple[int, int]) -> None:
    arrives(demo, "A question about gears", "q2")
    async with at_work(demo, size) as agent:
        await agent.sees("Rear light stays off", "Quarantine 1")
        await agent.press("g", "q")
        await agent.sees("A question about gears")
        await agent.press("C")
        await agent.sees("is a customer now")
        await agent.press("O", "t", "enter")
        await agent.sees("The mail opened ticket", "Every mail found its record.")
        await agent.press("g", "o")
        await agent.sees("A question about gears")


@pytest.mark.parametrize("size", SIZES)
async def test_a_bounced_answer_goes_to_the_corrected_address(demo: Settings, size: tuple[int, int]) -> None:
    async with at_work(demo, size) as agent:
        await agent.goes_to("Loose spokes on three")
        await agent.press("r")
        await agent.sees("REPLY")
        await agent.type("That is normal. Bring them in.")
        await agent.press("escape", "y")
        await agent.sees("▌ bounced T")
        await agent.press("S")
        await agent.sees(": resend info@oldmill.example")
        await agent.press(*["backspace"] * len("oldmill.example"))
        await agent.type("millclub.example")
        await agent.press("enter")
        await agent.sees("Sending to info@millclub.example instead of info@oldmill.example.")
    copy = Reader(demo.database).one("SELECT state FROM delivery WHERE recipient = 'info@millclub.example'")
    assert copy is not None


async def test_a_file_is_attached_sent_and_saved_again(
    demo: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path / "down"))
    (tmp_path / "offer.txt").write_text("40 bikes")
    async with at_work(demo, (80, 24)) as agent:
        await agent.goes_to("Leasing for a delivery")
        await agent.press("r")
        await agent.sees("REPLY")
        await agent.type("Here is our offer.")
        await agent.press("escape", "a")
        await agent.type(f"{tmp_path}/offer")
        await agent.press("tab", "enter")
        await agent.sees("Files offer.txt")
        await agent.press("y")
        await agent.sees("Here is our offer.", "▪ offer.txt")
        await agent.press("d")
        await agent.sees("Saved as")
    assert (tmp_path / "down" / "offer.txt").read_text() == "40 bikes"
