"""Accounts set up by command over real servers: tested, kept, changed, switched; and what is never shown."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from models.presets import find
from models.rules.account_proof import fingerprint
from models.types.account import Security
from models.types.preset import Preset, Protocol
from tests.servers.certificates import certificates
from tests.servers.dovecot import PASSWORD, Dovecot, dovecot
from tests.servers.oauth import CLIENT_ID, CLIENT_SECRET, FakeProvider
from tests.servers.postfix import Postfix, postfix
from tui.main import main

__all__ = ["certificates", "dovecot", "postfix"]

UNAVAILABLE, TEMPORARY, NO_PERMISSION = 69, 75, 77
SUPPORT = "support@desk.test"
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Said:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(arguments)
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        assert PASSWORD not in printed.out + printed.err
        return code, printed.out, printed.err

    assert run("init", "--brand", "Acme", "--domain", "desk.test")[0] == 0
    return run


def servers(dovecot: Dovecot, postfix: Postfix, *, by: str = "imap", tls: bool = True) -> list[str]:
    security = Security.TLS if tls else Security.STARTTLS
    incoming = {("imap", True): dovecot.imaps, ("imap", False): dovecot.imap,
                ("pop3", True): dovecot.pop3s, ("pop3", False): dovecot.pop3}[by, tls]  # fmt: skip
    smtp = postfix.smtps if tls else postfix.smtp
    return [
        "--ca-file", str(dovecot.ca), "--smtp-host", "localhost", "--smtp-port", str(smtp), "--smtp-security", security,
        f"--{by}-host", "localhost", f"--{by}-port", str(incoming), f"--{by}-security", security,
    ]  # fmt: skip


def listed(said: Said) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(said("account", "list", "--json")[1])
    return found


@pytest.mark.parametrize("by", ["imap", "pop3"])
def test_an_account_from_add_to_remove(said: Said, dovecot: Dovecot, postfix: Postfix, by: str) -> None:
    adding = ["account", "add", SUPPORT, "--secret", "env:MAIL_PASSWORD", *servers(dovecot, postfix, by=by)]
    code, out, err = said(*adding, "--json")
    result = json.loads(out)
    assert (code, result["kept"], result["passed"], result["plus_addressing"]) == (0, True, True, True), err
    assert "ok      The letter comes back: After " in err
    (kept,) = listed(said)
    assert (kept["active"], kept["proof"], kept["state"], kept["secret"]) == (True, "ok", "ok", "env:MAIL_PASSWORD")
    assert said("account", "add", SUPPORT, "--secret", "env:MAIL_PASSWORD", *servers(dovecot, postfix))[0] != 0

    # a change that fails its test changes nothing, and is told as a command to run again
    code, _, err = said("account", "set", SUPPORT, "--smtp-port", "1")
    assert (code, f"{SUPPORT} stays as it was" in err, "nightdesk account set" in err) == (UNAVAILABLE, True, True)
    assert listed(said) == [kept]
    assert said("account", "set", SUPPORT, "--poll-seconds", "120")[0] == 0
    assert said("account", "set", SUPPORT, "--smtp-port", str(postfix.smtps), "--seen", "0")[0] == TEMPORARY

    code, out, _ = said("account", "off", SUPPORT, "--json")
    assert (code, json.loads(out)) == (0, {"account": SUPPORT, "active": False, "queued": 0})
    assert listed(said)[0]["state"] == "off"
    code, _, err = said("account", "on", SUPPORT)
    assert (code, "letter" in err) == (0, False), "what was tested as it is needs no second test"
    code, out, _ = said("account", "show", SUPPORT, "--json")
    shown = json.loads(out)
    assert (code, shown["poll_seconds"], shown["changed_what"], shown["revision"]) == (0, 120, "on", 3)
    assert [step["state"] for step in shown["test"]] == ["ok"] * 12
    code, out, _ = said("account", "remove", SUPPORT)
    assert (code, "Acme has no address of the company any more" in out) == (0, True)
    assert listed(said) == []


def test_starttls_and_a_server_without_a_login(said: Said, dovecot: Dovecot, postfix: Postfix) -> None:
    """The Postfix that begins in clear knows no login; the password is for the Dovecot."""
    adding = ["account", "add", SUPPORT, "--secret", "env:MAIL_PASSWORD", *servers(dovecot, postfix, tls=False)]
    code, _, err = said(*adding)
    assert (code, "SMTP: log in as support@desk.test: It asks for no login." in err) == (0, True)
    assert listed(said)[0]["does"] == "sends, fetches"


def test_a_wrong_password_is_tried_once_and_not_again_for_a_while(
    said: Said, dovecot: Dovecot, postfix: Postfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "not the password")
    adding = ["account", "add", SUPPORT, "--secret", "env:MAIL_PASSWORD", *servers(dovecot, postfix)]
    log = dovecot.base / "dovecot.log"
    before = log.read_text().count("auth failed")
    code, _, err = said(*adding)
    assert code == UNAVAILABLE
    assert "the server says: 535" in err
    assert "IMAP: log in as support@desk.test: The other server refused this login" in err
    code, _, err = said(*adding)
    assert (code, "could lock the account" in err) == (TEMPORARY, True)
    assert log.read_text().count("auth failed") == before, "the other server never heard of it"
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    assert said(*adding)[0] == 0


def test_a_typed_password_is_sealed_and_nowhere_to_be_read(
    said: Said, home: Path, dovecot: Dovecot, postfix: Postfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("tui.cli.secret.getpass", lambda prompt: PASSWORD)
    assert said("account", "add", SUPPORT, *servers(dovecot, postfix))[0] == 0
    assert listed(said)[0]["secret"] == "sealed"
    code, out, _ = said("account", "test", SUPPORT, "--json")
    assert (code, json.loads(out)["passed"]) == (0, True)
    assert said("account", "secret", SUPPORT)[0] == 0
    for path in home.rglob("*"):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path
    # the sealed password goes to no other server
    code, _, err = said("account", "set", SUPPORT, "--imap-host", "127.0.0.1")
    assert (code != 0, "typed for the other servers" in err) == (True, True)


def test_a_consent_by_a_code(said: Said, dovecot: Dovecot, postfix: Postfix, monkeypatch: pytest.MonkeyPatch) -> None:
    provider: FakeProvider = dovecot.provider
    provider.user, provider.refresh_lifetime = SUPPORT, 5 * 86_400
    urls = ["--token-url", f"{provider.url}/token", "--device-url", f"{provider.url}/device"]
    assert said("oauth", "set", "own", *urls)[0] == 0
    adding = ["account", "add", SUPPORT, "--oauth", "own", *servers(dovecot, postfix)]
    code, _, err = said(*adding)
    assert (code, "no client id" in err) == (78, True)
    monkeypatch.setenv("CLIENT_SECRET", CLIENT_SECRET)
    assert said("oauth", "set", "own", "--client-id", CLIENT_ID, "--client-secret", "env:CLIENT_SECRET")[0] == 0
    code, _, err = said(*adding)
    assert (code, "WDJB-MJHT" in err) == (0, True), err
    (kept,) = listed(said)
    assert (kept["login"], kept["consent_at"], kept["consent_days_left"]) == ("oauth", "own", 4)
    assert kept["sentence"] == "The consent ends in 4 days: sign in again."
    assert said("account", "sign-in", SUPPORT)[0] == 0
    listing = json.loads(said("oauth", "list", "--json")[1])
    assert {one["name"] for one in listing} == {"google", "microsoft", "own"}
    assert CLIENT_SECRET not in json.dumps(listing)


def test_a_consent_survives_a_failed_save(
    said: Said, dovecot: Dovecot, postfix: Postfix, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = dovecot.provider
    provider.user = SUPPORT
    monkeypatch.setenv("CLIENT_SECRET", CLIENT_SECRET)
    urls = ["--token-url", f"{provider.url}/token", "--device-url", f"{provider.url}/device"]
    assert said("oauth", "set", "own", *urls, "--client-id", CLIENT_ID, "--client-secret", "env:CLIENT_SECRET")[0] == 0
    adding = ["account", "add", SUPPORT, "--oauth", "own", *servers(dovecot, postfix), "--folder", "Nowhere"]
    code, _, err = said(*adding)
    assert (code, "There is no folder Nowhere" in err) == (UNAVAILABLE, True)
    again = err.split("run again: nightdesk ")[1].strip().split()
    assert "--consent" in again
    asked = len(provider.asked)
    again[again.index("Nowhere")] = "INBOX"
    assert said(*again)[0] == 0
    assert not [path for path, _ in provider.asked[asked:] if path == "/device"], "nobody had to sign in again"


def test_somebody_else_may_not(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who neither owns the database nor is an agent of the desk changes no account, and is not asked for a password."""
    assert said("agent", "add", "anton")[0] == 0
    monkeypatch.setattr("models.store.owner.owns", lambda url: False)
    monkeypatch.setattr("tui.login.whoami", lambda: type("L", (), {"login": "mallory", "name": "M"})())
    code, _, err = said("account", "add", SUPPORT, "--smtp-host", "mail.desk.test")
    assert (code, "Only an admin" in err) == (NO_PERMISSION, True)
    assert said("oauth", "set", "google", "--client-id", "x")[0] == NO_PERMISSION


@pytest.mark.parametrize(
    "host",
    ["evil host", "a/b", "a@b", "-rf", "a..b", "x\r\nQUIT", "\x1b[31m", "a" * 64, ".".join(["a" * 60] * 5), "1.2.3",
     "host:25", "[::1", "a_b.-c"],
)  # fmt: skip
def test_a_hostile_host_name(said: Said, host: str) -> None:
    code, _, err = said("account", "add", SUPPORT, "--secret", "env:MAIL_PASSWORD", f"--smtp-host={host}")
    assert (code, "no name of a server" in err, "\x1b" in err) == (NO_PERMISSION, True, False)


def test_an_international_host_name_is_shown_as_what_it_is(said: Said) -> None:
    look_alike = "mаil.desk.test"  # a Cyrillic a
    adding = ["account", "add", SUPPORT, "--secret", "env:MAIL_PASSWORD", "--no-test"]
    assert said(*adding, "--smtp-host", look_alike)[0] == 0
    assert said(*adding, "--name", "two", "--smtp-host", "Bücher.Example.")[0] == 0
    assert [one["smtp"] for one in listed(said)] == ["xn--mil-6cd.desk.test:465 tls", "xn--bcher-kva.example:465 tls"]


def test_a_known_provider_needs_only_the_address(said: Said) -> None:
    code, _, err = said("account", "add", "desk@gmail.com", "--secret", "env:MAIL_PASSWORD", "--no-test")
    assert (code, "apppasswords" in err) == (0, True)
    (kept,) = listed(said)
    assert (kept["smtp"], kept["imap"]) == ("smtp.gmail.com:465 tls", "imap.gmail.com:993 tls")
    limits = json.loads(said("account", "limits", "desk@gmail.com", "--json")[1])["limits"]
    assert limits["recipients_per_day"] == 500
    assert said("account", "add", "a@t-online.de", "--pop3", "--secret", "env:MAIL_PASSWORD", "--no-test")[0] == 0
    assert listed(said)[0]["pop3"] == "securepop.t-online.de:995 tls"


def test_presets(said: Said) -> None:
    found = json.loads(said("preset", "list", "--json")[1])
    assert len(found) > 163
    assert len({one["name"] for one in found}) == len(found)
    shown = json.loads(said("preset", "show", "someone@outlook.com", "--json")[1])
    assert (shown["name"], shown["oauth"]) == ("outlook", "microsoft")
    code, out, _ = said("preset", "show", "gmail")
    assert (code, "app password" in out, "recipients per day: 500" in out) == (0, True, True)
    assert said("preset", "show", "nobody")[0] == 66
    assert "mozilla.org/MPL" in (Path(find.__file__).parent / "ispdb.tsv").read_text()[:600]


@pytest.mark.parametrize("preset", find.every(), ids=lambda one: one.name)
def test_every_preset_can_be_used(preset: Preset) -> None:
    assert any(preset.server(protocol) for protocol in Protocol)
    for server in preset.servers:
        filled = find.filled(server, f"ada@{preset.domains[0] if preset.domains else 'desk.test'}")
        assert "{" not in filled.host + filled.user
        assert filled.security in (Security.TLS, Security.STARTTLS)
        assert 0 < filled.port < 65536
        assert not (server.oauth and not server.password) or preset.oauth


def test_a_fingerprint_is_no_place_for_a_password() -> None:
    from models.rules.account_proof import secret_word
    from models.types.account import NewAccount

    words = {secret_word("env:A"), secret_word("", "one"), secret_word("", "two"), secret_word("sealed:1:x")}
    assert len(words) == 4
    assert "one" not in secret_word("", "one")
    assert secret_word("sealed:1:x") == secret_word("sealed:2:y")
    assert fingerprint(NewAccount("a@b.test", smtp_host="x"), "w") != fingerprint(
        NewAccount("a@b.test", imap_host="x"), "w"
    )


def test_what_a_server_says_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    from models.types.trial import StepState, TrialStep
    from tui.cli.account_trial import _tell

    hostile = "535 \x1b]52;c;AAAA\x07\u202e[b]no\x9b31m\r\nok"
    _tell(TrialStep("smtp.login", "SMTP: log in", StepState.FAILED, f"said {hostile}", "do", hostile))
    err = capsys.readouterr().err
    assert not {"\x1b", "\x07", "\x9b", "\u202e", "\r"} & set(err)
    assert err.count("\n") == 3
