"""Nothing typed is lost: when the line drops, when the system ends the program, when the line is slow."""

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from gateway.demo.letters import Letter, Person, plain
from gateway.mime.parse import parse
from models.services import receive, route
from models.store.database import Database
from models.store.plain import Reader
from tests.stories.terminal import Terminal
from tui.main import main

CUSTOMER = Person("Anna Berg", "anna@berg.example")
TYPED = "I looked at it and the fuse is"


@pytest.fixture
def url(home: dict[str, str]) -> str:
    """A desk with one ticket, whose workers rest."""
    assert main(["init", "--brand", "Acme", "--domain", "acme.test"]) == 0
    url = f"sqlite:///{home['NIGHTDESK_DATABASE']}"
    database = Database(url)
    database.write(_arrive)
    database.close()
    home["NIGHTDESK_WORKERS"] = "false"
    return url


def _arrive(session: Session) -> None:
    now = datetime.now(UTC)
    content = plain(Letter(CUSTOMER, "support@acme.test", "Light stays off", "Hello, the light stays off.", now, "a1"))
    raw_id = receive.keep_one(
        session, content=content, envelope_from=CUSTOMER.address, envelope_to=["support@acme.test"], now=now
    )
    route.place(session, raw_id=raw_id, mail=parse(content), now=now)


def drop_the_line(terminal: Terminal) -> None:
    terminal.drop_the_line()


def terminate(terminal: Terminal) -> None:
    os.kill(terminal.process.pid, signal.SIGTERM)


@pytest.mark.parametrize(("ending", "code"), [(drop_the_line, 129), (terminate, 143)])
def test_the_draft_survives(url: str, home: dict[str, str], ending: Callable[[Terminal], None], code: int) -> None:
    terminal = Terminal([], home)
    try:
        terminal.wait_for("Light stays off")
        terminal.press("r")
        terminal.wait_for("REPLY")
        terminal.press(*TYPED)
        terminal.wait_for(TYPED)
        ending(terminal)
        assert terminal.wait_for_end() == code
    finally:
        terminal.close()
    draft = Reader(url).one("SELECT text FROM draft")
    assert draft is not None
    assert draft["text"].startswith(TYPED)
    log = Path(home["XDG_STATE_HOME"], "nightdesk/log/nightdesk.log")
    assert not log.exists() or "Traceback" not in log.read_text()


def test_the_draft_is_there_when_the_desk_is_opened_again(url: str, home: dict[str, str]) -> None:
    first = Terminal([], home)
    try:
        first.wait_for("Light stays off")
        first.press("r")
        first.wait_for("REPLY")
        first.press(*TYPED)
        first.wait_for(TYPED)
        first.drop_the_line()
        first.wait_for_end()
    finally:
        first.close()
    second = Terminal([], home, columns=80, rows=24)
    try:
        second.wait_for("Light stays off")
        second.press("r")
        second.wait_for(TYPED)
    finally:
        second.close()


def test_keys_typed_ahead_on_a_slow_line_are_not_lost(url: str, home: dict[str, str]) -> None:
    terminal = Terminal([], home)
    try:
        terminal.wait_for("Light stays off")
        terminal.type_ahead(f"r{TYPED}")
        terminal.wait_for("REPLY", TYPED)
    finally:
        terminal.close()
