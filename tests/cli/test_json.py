"""--json: a command that reads or changes the desk answers programs, too, and says of a thing what its list says."""

import argparse
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tui.cli.parser import tree
from tui.main import main

# They run on and on, ask on the screen, or speak an MTA's protocol.
PROGRAMS = {"demo", "init", "worker", "serve", "import", "ingest", "smtp-classify"}


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Run a command that must work: its one line of JSON."""

    def run(*words: str) -> Any:
        assert main([*words, "--json"]) == 0
        printed = capsys.readouterr()
        (line,) = printed.out.splitlines()
        return json.loads(line)

    return run


@pytest.fixture(autouse=True)
def desk(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--brand", "Acme", "--domain", "acme.test"]) == 0
    capsys.readouterr()


def commands(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every command with the options it takes."""
    parts = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    for part in parts:
        for name, inner in part.choices.items():
            yield from commands(inner, (*path, name))
    if not parts:
        yield " ".join(path), {option for one in parser._actions for option in one.option_strings}


def test_every_command_on_the_desk_has_it() -> None:
    assert {name for name, options in commands(tree()) if "--json" not in options} == PROGRAMS


def test_kinds(told: Callable[..., Any]) -> None:
    made = told("kind", "add", "poem", "--stages", "first, last")
    assert (made["name"], made["stages"], made["reopen_days"]) == ("poem", ["first", "last"], None)
    assert told("kind", "set", "poem", "--reopen-days", "14")["reopen_days"] == 14
    kept = told("kind", "set", "poem", "--reopen-days", "always")
    assert kept["reopen_days"] is None
    assert kept in told("kind", "list")


def test_aliases(told: Callable[..., Any]) -> None:
    made = told("alias", "add", "Sales@Acme.test", "--creates", "opportunity", "--from", "known")
    assert (made["address"], made["creates"], made["from"]) == ("sales@acme.test", "opportunity", "known")
    assert made in told("alias", "list")
    assert told("alias", "remove", "sales@acme.test") == {"told": ["Mail to sales@acme.test opens nothing any more."]}
    assert made not in told("alias", "list")


def test_agents(told: Callable[..., Any]) -> None:
    made = told("agent", "add", "mara", "--email", "mara@home.test", "--channel", "email")
    assert made in told("agent", "list")
    assert told("agent", "add", "joe", "--admin", "on")["admin"] is True


def test_accounts_are_tried_again(told: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    servers = ["--smtp-host", "127.0.0.1", "--smtp-security", "plain", "--no-login", "--no-test"]
    assert main(["account", "add", "support@acme.test", *servers]) == 0
    capsys.readouterr()
    assert told("account", "retry", "support@acme.test") == {"told": ["support@acme.test is tried again at once."]}


def test_providers(told: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIENT_SECRET", "sesame")
    made = told("oauth", "set", "google", "--client-id", "x.apps", "--client-secret", "env:CLIENT_SECRET")
    assert (made["name"], made["client_id"]) == ("google", "x.apps")
    assert "sesame" not in json.dumps(made)
    assert made in told("oauth", "list")
