"""``account limits`` and ``key``: what they show, change and end with."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.types.actor import Actor
from models.types.health import AccountHealth, AccountState
from tests.cli.test_commands import Said, desk, said
from tui.cli.status import may_send, plain
from tui.settings import Settings, key_path

__all__ = ["desk", "said"]
ADDING = ("account", "add", "support@acme.test", "--no-login", "--no-test", "--smtp-host", "mail.acme.test")
CONFIG, NO_INPUT, NO_PERMISSION = 78, 66, 77


@pytest.mark.usefixtures("desk")
def test_limits_are_shown_and_changed(said: Said) -> None:
    assert said(*ADDING)[0] == 0
    asking = ("account", "limits", "support@acme.test")
    assert said(*asking)[1] == "support@acme.test: no limits.\n"
    found = json.loads(said(*asking, "--messages-per-minute", "30", "--recipients-per-day", "500", "--json")[1])
    assert found["limits"]["messages_per_minute"] == 30
    assert found["limits"]["messages_per_hour"] is None
    assert (found["left"], found["budget"]) == (30, "30 of 30 messages a minute left")
    assert "30 messages a minute, 500 recipients a day" in said(*asking)[1]
    assert "Now: 30 of 30 messages a minute left." in said(*asking)[1]
    assert "500" not in said(*asking, "--recipients-per-day", "0")[1]
    assert said(*asking, "--none")[1] == "support@acme.test: no limits.\n"
    assert said(*asking, "--messages-per-day", "-1")[0] == CONFIG
    assert said("account", "limits", "nobody")[0] == NO_INPUT


def test_status_says_what_may_still_be_sent() -> None:
    at = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    paced = AccountHealth(
        1, "support", AccountState.OK, True, True, None, 0, "", 7, 0, "0 of 5 messages a day left", at
    )
    assert may_send(paced) == "0 of 5 messages a day left, next 09:05 UTC"
    assert json.loads(json.dumps(plain(paced)))["next_at"] == "2026-03-02T09:05:00+00:00"


@pytest.mark.usefixtures("desk")
def test_the_key_is_made_with_the_desk_shown_and_changed(said: Said) -> None:
    found = json.loads(said("key", "show", "--json")[1])
    path = Path(found["file"])
    assert path.stat().st_mode & 0o077 == 0
    assert found["here"] == [found["key"]]
    changed = json.loads(said("key", "rotate", "--json")[1])
    assert changed["key"] != found["key"]
    assert json.loads(said("key", "show", "--json")[1])["here"] == [changed["key"]]
    path.chmod(0o644)
    code, _, err = said("key", "show")
    assert (code, "chmod 600" in err) == (CONFIG, True)
    assert path.read_text().split()[-1] not in err


@pytest.mark.usefixtures("desk")
def test_a_key_may_lie_elsewhere(said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Path(json.loads(said("key", "show", "--json")[1])["file"])
    moved = before.rename(tmp_path / "moved.key")
    assert json.loads(said("key", "show", "--json")[1])["here"] == []
    assert json.loads(said("key", "show", "--key-file", str(moved), "--json")[1])["here"]
    monkeypatch.setenv("NIGHTDESK_KEY_FILE", str(moved))
    assert json.loads(said("key", "show", "--json")[1])["here"]


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    "words",
    [
        ("account", "limits", "support@acme.test", "--messages-per-day", "5"),
        ("account", "limits", "support@acme.test", "--none"),
        ("key", "rotate", "--lost"),
        ("key", "make"),
        ("dkim", "make", "acme.test"),
        ("dkim", "switch", "acme.test", "x", "on"),
        ("dkim", "remove", "acme.test", "x"),
    ],
)
def test_only_an_admin_changes_them(said: Said, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    assert said(*ADDING)[0] == 0
    assert said("agent", "add", "boss")[0] == 0
    assert said("agent", "add", "guest")[0] == 0
    before = said("key", "show", "--json")[1], said("account", "limits", "support@acme.test", "--json")[1]
    monkeypatch.setattr("tui.cli.me.me", lambda settings: Actor("guest"))
    code, _, err = said(*words)
    assert (code, "Only an admin" in err) == (NO_PERMISSION, True), err
    assert (said("key", "show", "--json")[1], said("account", "limits", "support@acme.test", "--json")[1]) == before


def test_each_desk_has_a_key_of_its_own(home: Path) -> None:
    urls = ["sqlite:////x/desk.db", "sqlite:////x/desk.sqlite", "postgresql+psycopg://u:secret@h/a"]
    urls.append("postgresql+psycopg://u@h/b")
    paths = [key_path(Settings(url)) for url in urls]
    assert len(set(paths)) == 4
    assert paths[0] == Path("/x/desk.db.key")
    assert paths[2].is_relative_to(home)
    assert key_path(Settings("postgresql+psycopg://u:other@h/a")) == paths[2], "a new password is no new desk"
    assert key_path(Settings(urls[0], key_file="~/k")) == Path.home() / "k"
