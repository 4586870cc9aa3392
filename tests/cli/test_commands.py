"""The commands as an administrator meets them: what they say, what they keep, how they end."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.servers import free_port
from tui.cli import failures, status
from tui.main import main

USAGE, UNAVAILABLE, SOFTWARE, TEMPORARY, NO_PERMISSION, CONFIG = 64, 69, 70, 75, 77, 78

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Run a command: its exit code, what it printed, what it complained of."""

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return code, printed.out, printed.err

    return run


@pytest.fixture
def desk(said: Said) -> None:
    code, _, _ = said("init", "--brand", "Acme", "--domain", "acme.test")
    assert code == 0


def test_init_makes_a_private_file_in_the_data_folder(said: Said, home: Path) -> None:
    code, out, _ = said("init", "--brand", "Acme", "--notification", "post@acme.test")
    path = home / "data/nightdesk/desk.db"
    assert (code, str(path) in out) == (0, True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_init_remembers_the_database_it_was_given(said: Said, home: Path) -> None:
    assert said("init", "--database", "~/elsewhere/our.db", "--brand", "Acme", "--domain", "acme.test")[0] == 0
    written = home / "config/nightdesk/nightdesk.toml"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    code, out, _ = said("status", "--json")
    assert (code, json.loads(out)["database"]) == (0, str(home / "elsewhere/our.db"))


def test_init_asks_nobody_where_nobody_sits(said: Said) -> None:
    code, _, err = said("init")
    assert (code, "--domain" in err) == (CONFIG, True)


def test_without_a_desk_every_command_says_how_to_make_one(said: Said) -> None:
    for words in ((), ("status",), ("worker",), ("alias", "list"), ("account", "list")):
        code, _, err = said(*words)
        assert (code, "nightdesk init" in err) == (TEMPORARY, True)


@pytest.mark.usefixtures("desk")
def test_aliases(said: Said) -> None:
    assert said("alias", "add", "Sales@Acme.test", "--creates", "opportunity")[0] == 0
    code, out, _ = said("alias", "list", "--json")
    added = next(one for one in json.loads(out) if one["address"] == "sales@acme.test")
    assert (added["creates"], added["from"], added["auto_reply"]) == ("opportunity", "everyone", "")
    code, _, err = said("alias", "add", "x@acme.test", "--creates", "poem")
    assert (code, "ticket" in err) == (66, True)


@pytest.mark.usefixtures("desk")
def test_agents(said: Said) -> None:
    assert said("agent", "add", "mara", "--name", "Mara", "--email", "mara@home.test", "--channel", "email")[0] == 0
    assert json.loads(said("agent", "list", "--json")[1]) == [
        {"login": "mara", "name": "Mara", "email": "mara@home.test", "channel": "email", "admin": True}
    ]
    code, _, err = said("agent", "add", "joe", "--email", "support@acme.test")
    assert (code, "support@acme.test" in err) == (NO_PERMISSION, True)


@pytest.mark.usefixtures("desk")
def test_an_account_that_lets_nobody_in_is_not_kept(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "sesame")
    port = str(free_port())
    servers = ["--smtp-host", "127.0.0.1", "--smtp-port", port, "--smtp-security", "plain"]
    servers += ["--imap-host", "127.0.0.1", "--imap-port", port, "--imap-security", "plain"]
    adding = ["account", "add", "support@acme.test", "--secret", "env:MAIL_PASSWORD", *servers]
    code, _, err = said(*adding)
    assert code == UNAVAILABLE
    assert f"FAILED  SMTP: 127.0.0.1:{port} answers" in err
    assert f"FAILED  IMAP: 127.0.0.1:{port} answers" in err
    assert "run again: nightdesk account add support@acme.test --smtp-host 127.0.0.1" in err
    assert "sesame" not in err
    assert json.loads(said("account", "list", "--json")[1]) == []
    code, out, _ = said(*adding, "--no-test")
    assert (code, "switched off" in out) == (0, True)
    (kept,) = json.loads(said("account", "list", "--json")[1])
    assert (kept["name"], kept["active"], kept["state"], kept["proof"]) == (
        "support@acme.test", False, "off", "untested",
    )  # fmt: skip
    assert said("account", "test", "support@acme.test")[0] == UNAVAILABLE
    assert said("account", "on", "support@acme.test")[0] == UNAVAILABLE
    assert json.loads(said("account", "show", "support@acme.test", "--json")[1])["active"] is False
    assert said("account", "retry", "support@acme.test")[0] == 0
    assert said("account", "retry", "nobody")[0] == 66


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("--smtp-host", "mail.acme.test", "--smtp-security", "plain"), NO_PERMISSION, "unprotected"),
        (("--smtp-host", "mail.acme.test", "--secret", "sesame"), CONFIG, "env:"),
        (("--smtp-host", "mail.acme.test"), CONFIG, "password"),
        (("--smtp-host", "mail.acme.test", "--secret", "env:NO_SUCH_NAME"), CONFIG, "NO_SUCH_NAME"),
        (("--smtp-host", "mail.acme.test", "--secret", "file:/no/such"), CONFIG, "/no/such"),
        (("--smtp-host", "mail.acme.test", "--smtp-port", "many"), USAGE, "--smtp-port"),
        ((), NO_PERMISSION, "neither sends nor fetches"),
    ],
)
def test_an_account_that_cannot_be(said: Said, words: tuple[str, ...], code: int, part: str) -> None:
    ended, _, err = said("account", "add", "support@acme.test", *words)
    assert (ended, part in err) == (code, True)
    assert json.loads(said("account", "list", "--json")[1]) == []


@pytest.mark.usefixtures("desk")
def test_foreign_strings_are_washed(said: Said) -> None:
    hostile = "\x1b]52;c;AAAA\x07\u202e[b]x\x9b31m"
    said("account", "add", "a@acme.test", "--name", hostile, "--no-login", "--no-test",
         "--smtp-host", "127.0.0.1", "--smtp-security", "plain")  # fmt: skip
    for words in (("account", "list"), ("account", "list", "--json"), ("status",), ("account", "test", "?" + hostile)):
        _, out, err = said(*words)
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(out + err)
    assert hostile in [each["name"] for each in json.loads(said("account", "list", "--json")[1])]


@pytest.mark.usefixtures("desk")
def test_what_nobody_foresaw_is_one_sentence_and_a_log(said: Said, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> int:
        raise ZeroDivisionError("\x1b[2Jdivided")

    monkeypatch.setattr(status, "run", broken)
    code, _, err = said("status")
    assert (code, "ZeroDivisionError" in err) == (SOFTWARE, True)
    log = home / "state/nightdesk/log/nightdesk.log"
    assert str(log) in err
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    text = log.read_text()
    assert "in broken" in text
    assert "\x1b" not in text


def test_an_interrupt_is_no_fault() -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    assert failures.guarded(interrupted) == 130


def test_nonsense_is_a_usage_error(said: Said) -> None:
    for words in (("frobnicate",), ("account",), ("account", "add"), ("demo", "--seed", "x"), ("--nothing",)):
        code, _, err = said(*words)
        assert (code, "--help" in err) == (USAGE, True)


def test_what_may_be_said_is_listed_in_words(said: Said) -> None:
    code, _, err = said("rule", "add", "Vip", "--when", "bogus")
    assert (code, "choose from 'opened', 'written'" in err) == (USAGE, True)


@pytest.mark.parametrize("words", ["--nothing", "--size-limit much"])
def test_nonsense_in_a_pipe_keeps_the_mail_in_the_queue(said: Said, words: str) -> None:
    assert said("ingest", *words.split())[0] == TEMPORARY


@pytest.mark.parametrize(
    "words",
    ["", "demo", "init", "account", "account add", "account list", "account test", "account retry", "account secret",
     "account set", "account show", "account on", "account off", "account remove", "account sign-in",
     "preset list", "preset show", "oauth list", "oauth set",
     "account limits", "key show", "key make", "key rotate",
     "alias add", "alias list", "alias remove", "agent add", "agent list", "worker", "serve", "ingest", "status",
     "inspect", "smtp-classify", "why", "simulate"],
)  # fmt: skip
def test_everything_has_help(said: Said, words: str) -> None:
    code, out, _ = said(*words.split(), "--help")
    assert (code, out.startswith(f"usage: nightdesk {words}".rstrip())) == (0, True)
