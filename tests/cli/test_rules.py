"""``nightdesk rule`` and ``nightdesk template`` as an administrator meets them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_commands import Said, desk, said

__all__ = ["desk", "said"]

USAGE, DATAERR, NOINPUT, TEMPFAIL, NOPERM = 64, 65, 66, 75, 77

pytestmark = pytest.mark.usefixtures("desk")

Json = Callable[..., Any]


@pytest.fixture
def told(said: Said) -> Json:
    """Run a command with --json; what it printed."""

    def run(*arguments: str) -> Any:
        code, out, err = said(*arguments, "--json")
        assert (code, err) == (0, ""), err
        return json.loads(out)

    return run


VIP = (
    "rule", "add", "Vip", "--when", "opened", "--kind", "ticket", "--sender", "@Example.org",
    "--tag", "not spam", "--then", "tag=vip,late", "--then", "need=waiting", "--stop", "on",
)  # fmt: skip


def test_a_rule_is_added_shown_listed_and_changed(said: Said, told: Json) -> None:
    code, out, _ = said(*VIP)
    assert code == 0
    assert "if       kind is ticket, tag has not spam, sender is @example.org" in out
    assert "then     add the tag vip, add the tag late, set the state waiting, then stop" in out
    changed = told("rule", "set", "vip", "--kind", "", "--then", "tag=vip", "--then", "need=", "--name", "Very")
    assert [one["about"] for one in changed["rule"]["if"]] == ["tag", "sender"]
    assert (changed["rule"]["then"], changed["rule"]["name"]) == ([{"tag": "vip"}], "Very")
    assert (changed["revision"], changed["rule"]["stop"]) == (2, True)
    _, out, _ = said("rule", "list")
    assert "Very" in out
    assert "add the tag vip" in out
    said("rule", "off", "Very")
    assert [one["rule"]["active"] for one in told("rule", "list")] == [False]
    assert said("rule", "remove", "Very")[0] == 0
    assert told("rule", "list") == []


def test_what_is_shown_can_be_added_from_a_file(said: Said, told: Json, home: Path) -> None:
    said(*VIP)
    shown = told("rule", "show", "Vip")
    path = home / "rule.json"
    path.write_text(json.dumps({**shown, "rule": {**shown["rule"], "name": "Again"}}))
    again = told("rule", "add", "--file", str(path))
    assert {**again["rule"], "name": "Vip"} == shown["rule"]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["--then", "tag=vip"], "when: say when"),
        (["--when", "opened"], "then: say what"),
        (["--when", "opened", "--kind", "poem", "--then", "tag=vip"], "kind: poem is no kind of record"),
        (["--when", "opened", "--then", "assign=eve"], "then assign: eve is no agent"),
        (["--when", "opened", "--then", "explode=now"], "--then: 'explode=now' is not WHAT=VALUE"),
        (["--when", "opened", "--then", "tag"], "--then: 'tag' is not WHAT=VALUE"),
        (["--when", "opened", "--sender", "eve", "--then", "tag=vip"], "sender: eve is neither"),
        (["--when", "opened", "--tag", '"vip', "--then", "tag=vip"], "tag: a double quote"),
        (["--when", "opened", "--attachment", "perhaps", "--then", "tag=vip"], "attachment: yes or no"),
        (["--when", "opened", "--then", "reply=None"], "then reply: None is no template"),
        (["--file", "/nowhere/rule.json"], "--file: /nowhere/rule.json cannot be read"),
    ],
)
def test_each_mistake_names_its_field_and_keeps_nothing(
    said: Said, told: Json, arguments: list[str], field: str
) -> None:
    code, out, err = said("rule", "add", "Vip", *arguments)
    assert (code, out) == (DATAERR, "")
    assert field in err
    assert told("rule", "list") == []


def test_a_file_that_is_no_rule(said: Said, home: Path) -> None:
    path = home / "rule.json"
    for text, words in (("{", "is no JSON"), ("[" * 100_000, "is no JSON"), ('{"colour": 1}', "colour: a rule has no")):
        path.write_text(text)
        code, _, err = said("rule", "add", "--file", str(path))
        assert (code, words in err) == (DATAERR, True), err


def test_two_administrators(said: Said) -> None:
    said(*VIP)
    said("rule", "set", "Vip", "--sequence", "3")
    code, _, err = said("rule", "set", "Vip", "--sequence", "4", "--seen", "1")
    assert (code, "changed sequence of the rule Vip" in err) == (TEMPFAIL, True)


def test_what_is_not_there(said: Said) -> None:
    said(*VIP)
    for words in (("show", "X"), ("set", "X"), ("remove", "X"), ("on", "X"), ("test", "X"), ("log", "X")):
        code, _, err = said("rule", *words)
        assert (code, "There are: Vip" in err) == (NOINPUT, True)
    assert said("rule", "undo", "9")[0] == NOINPUT
    assert said("rule", "undo", "nine")[0] == DATAERR
    assert said("rule", "add", "X", "--when", "born")[0] == USAGE


def mail(number: int) -> str:
    return (
        f"From: Eve \x1b[31m <eve@example.org>\r\nTo: support@acme.test\r\nSubject: Refund {number}\r\n"
        f"Message-ID: <{number}@example.org>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nHello\r\n"
    )


def test_a_dry_run_the_real_thing_the_log_and_taking_it_back(said: Said, told: Json, home: Path) -> None:
    said(*VIP)
    place(home)
    assert [one["did"] for one in told("rule", "log")] == [
        ["tag vip added", "tag late added", "state waiting (before: needs us)"]
    ]
    said("rule", "add", "Two", "--when", "opened", "--subject", "refund", "--then", "tag=money", "--active", "off")
    code, out, _ = said("rule", "test", "Two", "--why")
    assert code == 0
    assert "  Rule Two: tag money added" in out
    assert "Of 1 records 1 would be changed; nothing was." in out
    (one,) = told("rule", "test", "Two")
    assert one["tried"] == [{"rule": "Two", "matched": True, "because": "subject has refund"}]
    code, out, _ = said("rule", "undo", "#1001", "--rule", "Vip")
    assert (code, out) == (0, "What the rule Vip did to #1001 is taken back.\n")
    assert said("rule", "undo", "1001")[0] == NOINPUT
    (logged,) = told("rule", "log", "Vip")
    assert logged["undone_at"]
    assert "taken back" in said("rule", "log")[1]


def place(home: Path) -> None:
    """Let one mail come in."""
    from datetime import UTC, datetime

    from gateway.mime.parse import parse
    from models.services import receive, route
    from models.store.database import Database

    database = Database(f"sqlite:///{home}/data/nightdesk/desk.db")
    now = datetime.now(UTC)
    content = mail(1).encode()
    raw_id = database.write(receive.keep_one, content=content, envelope_from=None, envelope_to=(), now=now)
    database.write(route.place, raw_id=raw_id, mail=parse(content), now=now)
    database.close()


def test_templates(said: Said, told: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    assert said("template", "add", "Welcome", "--text", "Hello {customer}")[0] == 0
    assert [one["name"] for one in told("template", "list")] == ["Welcome"]
    code, _, err = said("template", "add", "Odd", "--text", "{customer.__class__}")
    assert (code, "text: {customer.__class__} is no placeholder" in err) == (DATAERR, True)
    import io

    monkeypatch.setattr("sys.stdin", io.StringIO("Dear {customer},\n{number}"))
    assert told("template", "set", "welcome")["text"] == "Dear {customer},\n{number}"
    assert said("template", "set", "welcome", "--text", "x", "--seen", "1")[0] == TEMPFAIL
    said("rule", "add", "Answer", "--when", "opened", "--then", "reply=Welcome")
    code, _, err = said("template", "remove", "Welcome")
    assert (code, "Answer" in err) == (NOPERM, True)
    said("rule", "remove", "Answer")
    assert said("template", "remove", "Welcome")[0] == 0
    assert said("template", "show", "Welcome")[0] == NOINPUT
