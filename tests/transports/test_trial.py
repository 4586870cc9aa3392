"""The trial of an account: against a real Postfix and Dovecot, and against servers that fail at one step each."""

from base64 import b64encode
from dataclasses import replace

import pytest

from gateway.transports.smtp_dialogue import Deadlines
from gateway.trial.run import Patience, Trial
from models.types.account import AccountPlan, Auth, Endpoint, Security
from models.types.trial import StepState, TrialResult, TrialStep
from tests.servers import free_port
from tests.servers.certificates import Certificates
from tests.servers.dovecot import Dovecot
from tests.servers.faulty_imap import FaultyImap
from tests.servers.faulty_pop3 import FaultyPop3
from tests.servers.faulty_smtp import FaultySmtp
from tests.servers.postfix import Postfix
from tests.servers.scripted import Fault

USER = "ada@desk.test"
QUICK = Patience(
    back=0.6, plus=0.3, look=0.1, command=2,
    deadlines=Deadlines(connect=2, command=1, data=1, block=1, dot=1, quit=0.3),
)  # fmt: skip
PATIENT = Patience(back=30, plus=15, look=0.3)


def plan(
    smtp: Endpoint | None = None, imap: Endpoint | None = None, pop3: Endpoint | None = None, folder: str = "INBOX"
) -> AccountPlan:
    return AccountPlan(0, "test", USER, smtp, imap, folder, 60, pop3)


async def tried(of: AccountPlan, patience: Patience = QUICK, other_from: str = "") -> TrialResult:
    """Run a trial; each step is told as running at most once, then as it ended."""
    trial = Trial(of, hostname="desk.test", loop_tag="tag", other_from=other_from, patience=patience)
    told: list[TrialStep] = [step async for step in trial.steps()]
    running = [step.key for step in told if step.state is StepState.RUNNING]
    ended = [step for step in told if step.state is not StepState.RUNNING]
    assert len(set(running)) == len(running)
    assert [step.key for step in ended if step.state is not StepState.SKIPPED] == running
    assert {step.key: step for step in ended} == {step.key: step for step in trial.result.steps}
    return trial.result


def states(result: TrialResult) -> dict[str, str]:
    return {step.key: step.state.value for step in result.steps}


def failure(result: TrialResult) -> TrialStep:
    found = result.failure
    assert found is not None
    return found


@pytest.mark.parametrize("incoming", ["imap", "pop3"])
@pytest.mark.parametrize("security", list(Security))
async def test_an_account_that_works(dovecot: Dovecot, postfix: Postfix, incoming: str, security: Security) -> None:
    dovecot.empty(USER)
    smtp = postfix.endpoint(USER, security)
    ports = {"imap": (dovecot.imaps, dovecot.imap), "pop3": (dovecot.pop3s, dovecot.pop3)}[incoming]
    there = replace(dovecot.endpoint(USER), port=ports[security is not Security.TLS], security=security)
    of = plan(smtp, there) if incoming == "imap" else plan(smtp, pop3=there)
    result = await tried(of, PATIENT, other_from="billing@desk.test")
    assert set(states(result).values()) == {"ok"}, result
    assert (result.passed, result.plus_addressing, result.other_from) == (True, True, True)
    secured = next(step for step in result.steps if step.key == "smtp.secure").sentence
    assert ("Not encrypted" in secured) == (security is Security.PLAIN)
    assert dovecot.messages(USER) == [], "it takes its letters away again"


async def test_an_account_that_signs_in_by_token(dovecot: Dovecot, postfix: Postfix) -> None:
    token = dovecot.provider.issue(USER)
    smtp = replace(postfix.endpoint(USER), password=token, auth=Auth.OAUTH)
    result = await tried(plan(smtp, replace(dovecot.endpoint(USER), password=token, auth=Auth.OAUTH)), PATIENT)
    assert result.passed, result
    dovecot.provider.access[token].revoked = True
    broken = await tried(plan(smtp))
    assert (states(broken)["smtp.login"], states(broken)["message.sent"]) == ("failed", "skipped")
    assert "sign-in" in failure(broken).remedy


async def test_a_folder_that_is_not_there(dovecot: Dovecot, postfix: Postfix) -> None:
    dovecot.append(USER, "Support", [])
    result = await tried(plan(postfix.endpoint(USER), dovecot.endpoint(USER), folder="Suport"))
    assert failure(result).key == "fetch.look"
    assert "Support" in failure(result).remedy
    several = replace(plan(postfix.endpoint(USER), dovecot.endpoint(USER)), more_folders=("Support", "Sales"))
    assert failure(await tried(several)).sentence == "There is no folder Sales."
    assert states(result)["message.sent"] == "skipped", "no letter goes out that nobody could find"


async def test_what_the_receiving_server_says(certificates: Certificates) -> None:
    async with FaultySmtp().serving() as smtp, FaultyImap().serving() as imap:
        assert isinstance(smtp, FaultySmtp)
        assert isinstance(imap, FaultyImap)

        def arrive(content: bytes) -> None:
            results = b"Authentication-Results: mx.desk.test; spf=pass; dkim=pass header.d=desk.test; dmarc=fail\r\n"
            imap.put(results + content)

        smtp.arrived = arrive
        result = await tried(plan(smtp.endpoint(), imap.endpoint()), replace(QUICK, back=5, plus=5))
    assert (result.passed, result.authserv_id) == (True, "mx.desk.test"), result
    assert "spf=pass dkim=pass dmarc=fail" in result.steps[-1].sentence


async def test_a_letter_our_own_worker_took_away_counts_as_come_back() -> None:
    taken: list[bytes] = []

    async def stored() -> list[bytes]:
        return taken

    async with FaultySmtp().serving() as smtp, FaultyImap().serving() as imap:
        assert isinstance(smtp, FaultySmtp)
        smtp.arrived = taken.append
        trial = Trial(
            plan(smtp.endpoint(), imap.endpoint()), hostname="x", loop_tag="tag", patience=QUICK, stored=stored
        )
        told = [step async for step in trial.steps()]
    assert trial.result.passed, told
    assert all(b"X-Nightdesk-Loop: tag" in one for one in taken), "no record is opened for it"


async def test_no_login_is_tried_twice_when_refused() -> None:
    async with FaultySmtp(passwords=("other",)).serving() as smtp, FaultyImap(password="other").serving() as imap:
        result = await tried(plan(smtp.endpoint(), imap.endpoint()))
    assert len(smtp.noted("auth")) == 1
    assert imap.noted("auth") == []
    assert states(result)["fetch.login"] == "skipped"
    assert failure(result).server_text.startswith("535")
    assert not result.passed


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (Fault("connect", "say 554 no service"), "smtp.reach"),
        (Fault("connect", "close"), "smtp.reach"),
        (Fault("connect", "hang"), "smtp.reach"),
        (Fault("ehlo", "garbage"), "smtp.reach"),
        (Fault("auth", "say 535 5.7.8 bad"), "smtp.login"),
        (Fault("auth", "say 454 4.7.0 later"), "smtp.login"),
        (Fault("mail", "say 550 5.7.60 not yours"), "smtp.accept"),
        (Fault("rcpt", "say 550 5.1.1 unknown"), "smtp.accept"),
        (Fault("data", "say 451 4.3.0 later"), "smtp.accept"),
        (Fault("auth", "say 454 4.7.0 too many logins", nth=2), "message.sent"),
        (Fault("dot", "say 554 5.7.1 spam"), "message.sent"),
        (Fault("dot", "close"), "message.sent"),
    ],
)
async def test_the_step_that_fails_is_the_one_named(fault: Fault, key: str) -> None:
    async with FaultySmtp(fault).serving() as smtp, FaultyImap().serving() as imap:
        result = await tried(plan(smtp.endpoint(), imap.endpoint()))
    assert failure(result).key == key
    assert failure(result).sentence
    assert failure(result).remedy
    assert states(result)["message.back"] == "skipped"
    assert not result.passed


@pytest.mark.parametrize(
    "told", ["secret", b64encode(b"secret").decode(), b64encode(b"\0support@desk.test\0secret").decode()]
)
async def test_a_server_that_repeats_the_password_is_not_repeated(told: str) -> None:
    smtp, imap = FaultySmtp(Fault("auth", f"say 535 5.7.8 {told}")), FaultyImap(Fault("login", f"say TAG NO {told}"))
    async with smtp.serving(), imap.serving():
        for of in (plan(smtp.endpoint()), plan(imap=imap.endpoint())):
            result = await tried(of)
            assert failure(result).key.endswith(".login")
            assert told not in repr(result)
            assert "[password]" in failure(result).server_text


async def test_a_letter_that_does_not_come_back() -> None:
    async with FaultySmtp().serving() as smtp, FaultyImap().serving() as imap:
        result = await tried(plan(smtp.endpoint(), imap.endpoint()))
    assert failure(result).key == "message.back"
    assert "did not come back" in failure(result).sentence
    assert len(smtp.noted("accepted")) == 2


async def test_up_to_the_go_ahead_nothing_is_sent() -> None:
    async with FaultySmtp().serving() as smtp:
        assert isinstance(smtp, FaultySmtp)
        result = await tried(plan(smtp.endpoint()), other_from="billing@desk.test")
    assert states(result) == {
        "smtp.reach": "ok", "smtp.secure": "ok", "smtp.login": "ok", "smtp.accept": "ok",
        "message.sent": "skipped", "message.back": "skipped", "message.plus": "skipped", "message.results": "skipped",
    }  # fmt: skip
    assert (result.passed, result.other_from) == (True, True)
    assert smtp.noted("accepted") == []
    assert smtp.heard[-1] == "DATA", "nothing behind the go-ahead"
    assert smtp.heard.count("RSET") == 1


async def test_a_port_nobody_listens_on() -> None:
    nobody = Endpoint("127.0.0.1", free_port(), Security.PLAIN, USER, "secret")
    result = await tried(plan(nobody, nobody))
    assert (states(result)["smtp.reach"], states(result)["fetch.reach"]) == ("failed", "failed")
    assert states(result)["smtp.login"] == "skipped"


@pytest.mark.parametrize(
    ("kind", "sign"),
    [("misnamed", "another name"), ("expired", "expired"), ("selfsigned", "nobody but itself"),
     ("stranger", "does not know"), ("future", "not valid yet")],
)  # fmt: skip
@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_bad_certificate_is_named_and_nothing_is_said(
    certificates: Certificates, kind: str, sign: str, security: Security
) -> None:
    tls = certificates.bad_context(kind)
    smtp = FaultySmtp(tls=tls, extensions=("STARTTLS", "AUTH PLAIN"))
    imap = FaultyImap(tls=tls, capabilities="IMAP4rev1 STARTTLS AUTH=PLAIN")
    start = security is Security.TLS
    async with smtp.serving(tls_from_start=start), imap.serving(tls_from_start=start):
        of = plan(smtp.endpoint(security, certificates.ca), imap.endpoint(security, certificates.ca))
        result = await tried(of)
    for key in ("smtp.secure", "fetch.secure"):
        step = next(step for step in result.steps if step.key == key)
        assert (step.state, sign in step.sentence) == (StepState.FAILED, True), step
        assert "465" not in step.remedy, "the remedy is about certificates"
    assert {states(result)[key] for key in ("smtp.login", "fetch.login")} == {"skipped"}
    said = "\n".join(smtp.heard + imap.heard)
    assert "AUTH" not in said
    assert "LOGIN" not in said
    assert smtp.noted("auth") + imap.noted("auth") == []


@pytest.mark.parametrize("how", ["stripped", "inject", "say 454 4.7.0 no tls", "say 220 go\r\n250 AUTH PLAIN"])
async def test_stripped_or_injected_starttls_gets_no_credential(certificates: Certificates, how: str) -> None:
    faults = [] if how == "stripped" else [Fault("starttls", how)]
    extensions = ("AUTH PLAIN",) if how == "stripped" else ("AUTH PLAIN", "STARTTLS")
    smtp = FaultySmtp(*faults, tls=certificates.server_context(), extensions=extensions)
    async with smtp.serving():
        result = await tried(plan(smtp.endpoint(Security.STARTTLS, certificates.ca)))
    assert failure(result).key == "smtp.secure"
    assert smtp.noted("auth") == []
    assert not [line for line in smtp.heard if line.upper().startswith("AUTH")]


@pytest.mark.parametrize("how", ["expired", "misnamed", "selfsigned", "stripped", "injected"])
async def test_nor_does_a_pop3_server_hear_of_one(certificates: Certificates, how: str) -> None:
    good = how in ("stripped", "injected")
    script = {"stripped": {"STLS": ["say:-ERR no\r\n"]}, "injected": {"STLS": ["say:+OK go\r\n+OK in\r\n"]}}.get(
        how, {}
    )
    tls = certificates.server_context() if good else certificates.bad_context(how)
    async with FaultyPop3({}, script, tls=tls).serving() as pop3:
        where = replace(pop3.endpoint(Security.STARTTLS, str(certificates.ca)), auth=Auth.OAUTH)
        result = await tried(plan(pop3=where))
    assert failure(result).key == "fetch.secure"
    assert [line for line in pop3.ledger if line.split()[0] in ("USER", "PASS", "AUTH", "CAPA")] == []


async def test_plain_text_beyond_this_machine_is_not_even_dialled() -> None:
    far = Endpoint("mail.example.test", 143, Security.PLAIN, USER, "secret")
    result = await tried(plan(replace(far, port=25), far))
    assert failure(result).key == "smtp.secure"
    assert "not this machine" in failure(result).sentence


async def test_a_server_that_lies_about_what_it_can() -> None:
    """It offers tokens and takes none, offers a login and no mechanism, offers IDLE and refuses it."""
    oauth = FaultySmtp(extensions=("AUTH XOAUTH2 LOGIN",))
    async with oauth.serving():
        result = await tried(plan(replace(oauth.endpoint(), auth=Auth.OAUTH)))
    assert failure(result).key == "smtp.login"
    none = FaultySmtp(extensions=("AUTH GSSAPI",))
    async with none.serving():
        result = await tried(plan(none.endpoint()))
    assert failure(result).key == "smtp.login"
    assert "no login nightdesk knows" in failure(result).sentence
    assert none.noted("auth") == []
    async with FaultySmtp().serving() as smtp, FaultyImap(Fault("idle", "say TAG BAD never", nth=0)).serving() as imap:
        result = await tried(plan(smtp.endpoint(), imap.endpoint()))
    assert failure(result).key == "message.back"


@pytest.mark.parametrize("password", ["grüße", "пароль", "パス\u00a0ワード"])
async def test_a_password_beyond_ascii(password: str) -> None:
    smtp, imap = FaultySmtp(passwords=(password,)), FaultyImap(password=password)
    async with smtp.serving(), imap.serving():
        of = plan(replace(smtp.endpoint(), password=password), replace(imap.endpoint(), password=password))
        result = await tried(of)
    assert states(result)["smtp.login"] == states(result)["fetch.login"] == "ok", result


async def test_a_password_beyond_ascii_on_real_servers(dovecot: Dovecot, postfix: Postfix) -> None:
    user, password = "uwe@desk.test", "grüße, мир"
    for name, line in (("passwd", f"{user}:{{PLAIN}}{password}::::::\n"), ("users", f"{user}{_user_of_ada(dovecot)}")):
        path = dovecot.base / name
        path.write_text(path.read_text() + line)
    smtp = replace(postfix.endpoint(user), password=password)
    imap = replace(dovecot.endpoint(user), password=password)
    for of in (plan(smtp, imap), plan(smtp, pop3=replace(imap, port=dovecot.pop3s))):
        result = await tried(replace(of, email=user), PATIENT)
        assert result.passed, result


def _user_of_ada(dovecot: Dovecot) -> str:
    """The rest of another user's line in Dovecot's list, with a home of its own."""
    (line,) = (line for line in (dovecot.base / "users").read_text().splitlines() if line.startswith(f"{USER}:"))
    return line.removeprefix(USER).replace(USER, "uwe@desk.test") + "\n"


async def test_an_international_domain_is_written_in_ascii() -> None:
    async with FaultySmtp().serving() as smtp:
        result = await tried(replace(plan(smtp.endpoint()), email="info@bücher.example"))
        assert isinstance(smtp, FaultySmtp)
    assert result.passed, result
    assert "MAIL FROM:<info@xn--bcher-kva.example>" in smtp.heard
