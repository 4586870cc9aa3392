"""``nightdesk why``: every name a mail may be asked by, and no byte of it that steers a terminal."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.services import route
from models.store import records
from models.store.database import Database
from models.store.migrate import ensure
from tests.services.letters import desk, letter
from tui.main import main

HOSTILE = "\x1b[2J\x1b]52;c;aGk=\x07\u202etxt\r[/b]"


@pytest.fixture
def told(tmp_path: Path) -> Any:
    """A desk with a relayed answer and a hostile mail in quarantine; its URL and the answer."""
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    ensure(url)
    database = Database(url)
    world = desk(database)
    first = letter()
    world.arrives(first)
    answer = letter("Carl <carl@x.test>", in_reply_to=(first.message_id,), to="x@desk.test", subject="[#1001] and I")
    record = 1
    world.write(records.follow, record, agent_id=world.berta.id)
    world.write(records.follow, record, contact_id=1)
    answer = replace(answer, sender=first.sender)
    world.arrives(answer)
    bad = letter(f"{HOSTILE} <eve@x.test>", to="nobody@x.test", subject=HOSTILE)
    raw_id = world.keep(bad)
    world.write(route.place, raw_id=raw_id, mail=bad, now=world.now)
    yield str(tmp_path / "desk.db"), answer
    database.close()


def why(database: str, asked: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert main(["why", "--database", database, asked, "--json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_a_message_by_each_of_its_names(told: Any, capsys: pytest.CaptureFixture[str]) -> None:
    database, answer = told
    by_number = why(database, "2", capsys)
    assert by_number == why(database, answer.message_id, capsys) == why(database, "raw:2", capsys)
    one = by_number[0]
    assert (one["record"], one["state"], one["message_id"]) == ("#1001", "routed", answer.message_id)
    assert one["tried"][-1] == {
        "rule": "Message-ID", "outcome": "yes", "because": f"it answers {answer.in_reply_to[0]}",
    }  # fmt: skip
    assert [(copy["address"], copy["why"], copy["state"]) for copy in one["recipients"]] == [
        ("berta@staff.test", "follower", "queued")
    ]
    assert one["left_out"] == [{"who": "Anna", "because": "wrote it"}]


def test_for_people(told: Any, capsys: pytest.CaptureFixture[str]) -> None:
    database, _ = told
    assert main(["why", "--database", database, "2"]) == 0
    said = capsys.readouterr().out
    assert "message 2: on ticket #1001" in said
    assert re.search(r"Message-ID +yes  it answers", said)
    assert "copy: Berta <berta@staff.test> by email (follower): queued" in said
    assert "no copy: Anna: wrote it" in said


def test_a_hostile_mail_in_quarantine_is_washed(told: Any, capsys: pytest.CaptureFixture[str]) -> None:
    database, _ = told
    for asked in ("raw:3", "3"):
        found = why(database, asked, capsys)
        assert (found[0]["state"], found[0]["message"]) == ("quarantined", None)
        assert main(["why", "--database", database, asked]) == 0
        said = capsys.readouterr().out
        assert "No rule knew where this mail belongs." in said
        for text in (said, *(found[0][key] for key in ("from", "subject", "reason"))):
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@pytest.mark.parametrize("asked", ["99", "raw:99", "raw:x", "<nobody@x.test>", "9" * 40, "%", "\x1b[2J"])
def test_what_is_not_there(told: Any, asked: str, capsys: pytest.CaptureFixture[str]) -> None:
    database, _ = told
    assert main(["why", "--database", database, asked]) == 66
    said = capsys.readouterr().err
    assert said.startswith("nightdesk: There is no mail")
    assert "\x1b" not in said
