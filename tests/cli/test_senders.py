"""``nightdesk address, brand, domain, group, kind, record, check`` as an administrator and as an agent meet them."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from gateway.mime.parse import parse
from models.services import receive, route
from models.store.database import Database
from tests.cli.test_commands import Said, said
from tui.login import Login
from tui.main import main

__all__ = ["said"]

USAGE, NO_INPUT, TEMPORARY, NO_PERMISSION, PROBLEMS = 64, 66, 75, 77, 78
MAIL = b"From: Ann <ann@c.test>\r\nTo: support@acme.test\r\nSubject: Hi\r\nMessage-ID: <1@c.test>\r\n\r\nHello\r\n"


@pytest.fixture
def database(home: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Database]:
    """A desk with one account, an agent Mara, and a ticket."""
    assert main(["init", "--brand", "Acme", "--domain", "acme.test"]) == 0
    opened = Database(f"sqlite:///{home}/data/nightdesk/desk.db")
    with opened.engine.begin() as connection:
        connection.execute(text(ACCOUNT))
        connection.execute(text(AGENT), [{"login": "anna"}, {"login": "mara"}])
    opened.write(_ticket)
    capsys.readouterr()
    yield opened
    opened.close()


AGENT = "INSERT INTO agent (login, name, email, channel, active) VALUES (:login, :login, '', 'inbox', true)"
ACCOUNT = """
INSERT INTO account (name, email, user, secret, smtp_host, smtp_port, smtp_security, imap_host, imap_port,
 imap_security, pop3_host, pop3_port, pop3_security, ca_file, folder, poll_seconds, default_kind, active, state,
 sentence, failures, send_state, send_sentence, send_failures, proof)
VALUES ('main', 'support@acme.test', '', '', '127.0.0.1', 25, 'plain', '127.0.0.1', 143, 'plain', '', 995, 'tls', '',
 'INBOX', 60, '', true, 'ok', '', 0, 'ok', '', 0, 'ok')
"""


def _ticket(session: Session) -> None:
    now = datetime.now(UTC)
    raw_id = receive.keep_one(
        session, content=MAIL, envelope_from="ann@c.test", envelope_to=["support@acme.test"], now=now
    )
    route.place(session, raw_id=raw_id, mail=parse(MAIL), now=now)


@pytest.fixture
def told(said: Said) -> Callable[..., Any]:
    """Run a command that must work, with --json."""

    def run(*arguments: str) -> Any:
        code, out, err = said(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return run


@pytest.fixture
def as_mara(monkeypatch: pytest.MonkeyPatch) -> None:
    """An agent who is no admin and does not own the file."""
    monkeypatch.setattr("tui.login.whoami", lambda: Login("mara", "Mara"))
    monkeypatch.setattr("models.store.owner.owns", lambda _: False)


@pytest.mark.usefixtures("database")
def test_an_address_from_its_making_to_its_end(said: Said, told: Callable[..., Any]) -> None:
    made = told("address", "add", "Help@Acme.test", "--account", "main", "--display-name", "Help", "--sequence", "5")
    assert (made["address"], made["brands"], made["everybody"], made["sequence"]) == ("help@acme.test", [], True, 5)
    told("brand", "add", "Day", "--signature", "Day")
    assert told("address", "bind", "help@acme.test", "Day")["brands"] == ["Day"]
    assert said("address", "unbind", "help@acme.test", "Day")[0] == NO_PERMISSION
    assert told("address", "unbind", "help@acme.test")["brands"] == []
    told("group", "add", "first line")
    told("group", "join", "first line", "mara")
    allowed = told("address", "allow", "help@acme.test", "anna", "--group", "first line")
    assert (allowed["everybody"], allowed["agents"], allowed["groups"]) == (False, ["anna"], ["first line"])
    assert told("address", "deny", "help@acme.test", "anna")["agents"] == []
    changed = told("address", "set", "help@acme.test", "--everybody", "--active", "off", "--owner", "mara")
    assert (changed["everybody"], changed["active"], changed["owner"]) == (True, False, "mara")
    assert told("address", "set", "help@acme.test", "--company")["owner"] == ""
    revision = told("address", "show", "help@acme.test")["revision"]
    assert [one["address"] for one in told("address", "list")] == ["help@acme.test"]
    code, _, err = said("address", "set", "help@acme.test", "--sequence", "7", "--seen", str(revision - 1))
    assert (code, "owner of help@acme.test" in err) == (TEMPORARY, True)
    assert told("address", "set", "help@acme.test", "--sequence", "7", "--seen", str(revision))["sequence"] == 7
    assert told("address", "remove", "help@acme.test")["told"][0] == "help@acme.test is no sending address any more."
    assert told("address", "list") == []


@pytest.mark.usefixtures("database")
def test_people_read_the_same(said: Said, told: Callable[..., Any]) -> None:
    told("address", "add", "help@acme.test", "--account", "main")
    for words, seen in (
        (("address", "list"), "every brand"),
        (("address", "show", "help@acme.test"), "the company's"),
        (("brand", "list"), "default"),
        (("brand", "set", "Acme", "--stay-on", "on"), "wrote to: on"),
        (("domain", "list"), "every brand"),
        (("domain", "set", "acme.test", "--default-from", "hello"), "default From: hello"),
        (("group", "add", "x"), "x: nobody"),
        (("group", "list"), "nobody"),
        (("group", "remove", "x"), "removed"),
        (("kind", "list"), "always"),
        (("agent", "list"), "ADMIN"),
        (("address", "remove", "help@acme.test"), "Nobody can be answered for Acme now"),
    ):
        code, out, _ = said(*words)
        assert (code, seen in out) == (0, True), out


@pytest.mark.usefixtures("database")
def test_domains(said: Said, told: Callable[..., Any]) -> None:
    told("brand", "add", "Day")
    made = told("domain", "add", "Day.test", "--brand", "Day", "--bounce", "returns", "--default-from", "hi@day.test")
    assert (made["name"], made["brand"], made["bounce"], made["default_from"]) == (
        "day.test",
        "Day",
        "returns",
        "hi@day.test",
    )
    assert told("domain", "set", "day.test", "--shared")["brand"] == ""
    assert told("domain", "set", "acme.test", "--catchall", "support")["catchall"] == "support"
    assert [one["name"] for one in told("domain", "list")] == ["acme.test", "day.test"]
    assert said("domain", "remove", "acme.test")[0] == NO_PERMISSION
    told("domain", "remove", "day.test")
    assert said("domain", "set", "day.test", "--shared")[0] == NO_INPUT


def test_kinds_and_records(said: Said, told: Callable[..., Any], database: Database) -> None:
    assert said("kind", "set", "ticket", "--reopen-days", "14")[0] == 0
    ticket = next(one for one in told("kind", "list") if one["name"] == "ticket")
    assert ticket["reopen_days"] == 14
    assert said("kind", "set", "ticket", "--reopen-days", "always")[0] == 0
    assert said("kind", "set", "ticket", "--reopen-days", "soon")[0] == USAGE
    assert said("kind", "set", "poem", "--reopen-days", "1")[0] == NO_INPUT
    assert said("kind", "add", "poem", "--stages", "first, last")[0] == 0
    assert said("record", "set", "#1001", "--customer-relay", "off")[0] == NO_PERMISSION, "no agent yet"


@pytest.mark.usefixtures("as_mara")
def test_an_agent_switches_one_record(said: Said, told: Callable[..., Any], database: Database) -> None:
    code, out, _ = said("record", "set", "#1001", "--customer-relay", "off")
    assert (code, out.strip()) == (0, "#1001: customers get what other customers write: off.")
    with database.engine.connect() as connection:
        assert connection.scalar(text("SELECT customer_relay FROM record")) in (0, False)
        log = connection.scalar(text("SELECT text FROM message WHERE kind = 'log' ORDER BY id DESC"))
    assert log == "customers get what other customers write: as its brand -> off"
    assert told("record", "set", "1001", "--customer-relay", "on") == {
        "told": ["#1001: customers get what other customers write: on."]
    }
    assert said("record", "set", "#77", "--customer-relay", "off")[0] == NO_INPUT


@pytest.mark.usefixtures("as_mara")
@pytest.mark.parametrize(
    "words",
    [
        ("address", "add", "x@acme.test", "--account", "main"),
        ("address", "set", "help@acme.test", "--active", "off"),
        ("address", "bind", "help@acme.test", "Acme"),
        ("address", "unbind", "help@acme.test"),
        ("address", "allow", "help@acme.test", "mara"),
        ("address", "deny", "help@acme.test", "anna"),
        ("address", "remove", "help@acme.test"),
        ("brand", "add", "Mine"),
        ("brand", "set", "Acme", "--stay-on", "on"),
        ("brand", "remove", "Acme"),
        ("domain", "add", "mine.test"),
        ("domain", "set", "acme.test", "--catchall", "support"),
        ("domain", "remove", "acme.test"),
        ("group", "add", "mine"),
        ("group", "set", "mine", "--rename", "ours"),
        ("group", "join", "mine", "mara"),
        ("group", "leave", "mine", "mara"),
        ("group", "remove", "mine"),
        ("account", "sends-as", "main"),
        ("kind", "add", "poem"),
        ("kind", "set", "ticket", "--reopen-days", "1"),
        ("alias", "add", "x@acme.test"),
        ("alias", "remove", "support@acme.test"),
        ("agent", "add", "anna", "--name", "Not Anna"),
        ("agent", "add", "mara", "--admin", "on"),
    ],
)
def test_who_is_no_admin_is_told_whom_to_ask(said: Said, words: tuple[str, ...], database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sending_address (email, display_name, account_id, sequence, active) "
                "VALUES ('help@acme.test', '', 1, 10, true)"
            )
        )
    code, out, err = said(*words)
    assert (code, out) == (NO_PERMISSION, "")
    assert "Only an admin of this desk may do that; ask anna." in err


@pytest.mark.usefixtures("database")
def test_an_admin_makes_another(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("agent", "add", "mara", "--admin", "on")[0] == 0
    monkeypatch.setattr("tui.login.whoami", lambda: Login("mara", "Mara"))
    monkeypatch.setattr("models.store.owner.owns", lambda _: False)
    assert said("brand", "add", "Mine")[0] == 0
    assert said("agent", "add", "mara", "--name", "Mara M.")[0] == 0


@pytest.mark.usefixtures("database")
def test_check_says_what_is_wrong_and_ends_with_it(said: Said, told: Callable[..., Any]) -> None:
    code, out, _ = said("check", "--json")
    assert code == PROBLEMS
    assert {one["code"] for one in json.loads(out)} == {"no-unbound-address", "brand-without-address"}
    told("address", "add", "support@acme.test", "--account", "main")
    assert told("check") == []
    told("domain", "set", "acme.test", "--catchall", "gone")
    code, out, _ = said("check")
    assert code == PROBLEMS
    assert "problem: Mail for unknown addresses at acme.test goes to gone, which opens nothing." in out
    assert "1 problem, 0 to know." in out


@pytest.mark.usefixtures("database")
def test_what_a_server_sends_as(said: Said, told: Callable[..., Any]) -> None:
    told("address", "add", "support@acme.test", "--account", "main")
    told("address", "add", "hi@day.test", "--account", "main", "--sequence", "20")
    kept = told("account", "sends-as", "main", "@Acme.test", "Post@Acme.test", "acme.test")
    assert kept == {"account": "main", "sends_as": ["acme.test", "post@acme.test"]}
    code, out, _ = said("check", "--json")
    assert (code, [one["code"] for one in json.loads(out)]) == (PROBLEMS, ["filter"])
    told("brand", "set", "Acme", "--notification", "support@acme.test")
    [found] = told("check")
    assert found["sentence"] == "The server of hi@day.test may not send as it: it goes out as support@acme.test."
    assert said("account", "sends-as", "main", "no domain!")[0] == NO_PERMISSION
    assert said("account", "sends-as", "other")[0] == NO_INPUT
    assert told("account", "sends-as", "main")["sends_as"] == []
