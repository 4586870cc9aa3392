"""A server that repeats the password is quoted without it."""

from base64 import b64encode

import pytest

from gateway.transports.bearer import MECHANISMS, initial
from gateway.transports.echo import HIDDEN, silenced
from gateway.transports.faults import TransportFault
from gateway.transports.imap import ImapSession
from gateway.transports.pop3 import PopSession
from gateway.transports.smtp import SmtpSession
from models.types.account import Auth, Endpoint, Security
from models.types.outbox import Deferred, Refused
from tests.servers.faulty_imap import FaultyImap
from tests.servers.faulty_pop3 import FaultyPop3
from tests.servers.faulty_smtp import FaultySmtp
from tests.servers.scripted import Fault

PASSWORD = 'Zebra "Kloster\\9417'


def endpoint(port: int = 1, password: str = PASSWORD, auth: Auth = Auth.PASSWORD) -> Endpoint:
    return Endpoint("127.0.0.1", port, Security.PLAIN, "support@desk.test", password, auth=auth)


@pytest.mark.parametrize(
    "said",
    [
        PASSWORD,
        PASSWORD.replace("\\", "\\\\").replace('"', '\\"'),
        b64encode(PASSWORD.encode()).decode(),
        b64encode(f"\0support@desk.test\0{PASSWORD}".encode()).decode(),
        b64encode(PASSWORD.encode()).decode().rstrip("="),
    ],
)
def test_every_form_is_taken_out(said: str) -> None:
    assert silenced(f"535 no: {said} is wrong", endpoint()) == f"535 no: {HIDDEN} is wrong"


@pytest.mark.parametrize("name", MECHANISMS)
def test_tokens_too(name: str) -> None:
    by_token = endpoint(password="ya29.token", auth=Auth.OAUTH)
    said = b64encode(initial(name, by_token)).decode()
    assert silenced(f"no: {said} {by_token.password}", by_token) == f"no: {HIDDEN} {HIDDEN}"


def test_ordinary_words_stay() -> None:
    assert silenced("535 go away", endpoint(password="a")) == "535 go away"
    assert silenced("535 go away", endpoint(password="")) == "535 go away"
    assert silenced("535 go away", None) == "535 go away"


async def test_smtp() -> None:
    plain = b64encode(b"\0support@desk.test\0Zebra-9417").decode()
    for words in (
        f"535 5.7.8 wrong: {plain}",
        "535 5.7.8 Zebra-9417 is wrong",
        "454 4.7.0 Zebra-9417 later",
        "999 Zebra-9417",
    ):
        server = FaultySmtp(Fault("auth", f"say {words}", nth=0))
        async with server.serving():
            session = SmtpSession()
            outcome = await session.open(endpoint(server.port, "Zebra-9417"), hostname="desk.test")
            await session.close()
        assert isinstance(outcome, Deferred | Refused)
        assert "Zebra" not in outcome.text
        assert plain not in outcome.text
        assert HIDDEN in outcome.text


@pytest.mark.parametrize("kind", ["imap", "pop3"])
async def test_fetching(kind: str) -> None:
    imap = FaultyImap(Fault("login", "say TAG NO Zebra-9417 is wrong", nth=0))
    pop3 = FaultyPop3({}, {"PASS": ["say:-ERR Zebra-9417 is wrong\r\n"]})
    server = imap if kind == "imap" else pop3
    session = ImapSession() if kind == "imap" else PopSession()
    async with server.serving():
        with pytest.raises(TransportFault) as fault:
            await session.open(endpoint(server.port, "Zebra-9417"))
        await session.close()
    assert "Zebra" not in f"{fault.value} {fault.value.sentence} {fault.value.server_text}"
    assert HIDDEN in fault.value.server_text
