"""Names asked of a real name server on loopback that answers, keeps silent, refuses, cuts short and lies."""

from collections.abc import Iterator

import pytest

from gateway.transports.names import Names, server_of
from models.types.dns import Asked, Question
from models.types.errors import SettingsError
from tests.servers import free_port
from tests.servers.names import NameServer


@pytest.fixture
def server() -> Iterator[NameServer]:
    with NameServer().serving() as serving:
        yield serving


@pytest.fixture
def names(server: NameServer) -> Names:
    return Names((server.host, server.port), seconds=0.3)


def test_each_kind_is_read(server: NameServer, names: Names) -> None:
    server.txt("d.test", "v=spf1 -all", "x" * 700)
    server.put("d.test", "MX", "10 mx1.d.test.", "20 mx2.d.test.")
    server.put("null.test", "MX", "0 .")
    server.put("h.test", "A", "192.0.2.1")
    server.put("h.test", "AAAA", "2001:db8::1")
    server.put("1.2.0.192.in-addr.arpa", "PTR", "h.test.")
    assert set(names.ask(Question("d.test", "TXT")).values) == {"v=spf1 -all", "x" * 700}
    assert set(names.ask(Question("d.test", "MX")).values) == {"10 mx1.d.test", "20 mx2.d.test"}
    assert names.ask(Question("null.test", "MX")).values == ("0 .",)
    assert names.ask(Question("h.test", "A")).values == ("192.0.2.1",)
    assert names.ask(Question("h.test", "AAAA")).values == ("2001:db8::1",)
    assert names.ask(Question("192.0.2.1", "PTR")).values == ("h.test",)


def test_nothing_and_no_name_are_answers(server: NameServer, names: Names) -> None:
    server.txt("d.test", "x")
    assert names.ask(Question("d.test", "MX")).asked is Asked.NOTHING
    assert names.ask(Question("gone.test", "MX")).asked is Asked.NO_NAME


def test_a_server_that_answers_for_its_own_names_only_is_believed(server: NameServer, names: Names) -> None:
    server.txt("d.test", "x")
    server.faults[""] = "refused"
    assert names.ask(Question("d.test", "MX")).asked is Asked.NOTHING
    assert names.ask(Question("gone.test", "MX")).asked is Asked.NO_NAME
    assert server.asked["", "NS"] == 1


@pytest.mark.parametrize(
    ("fault", "why"), [("servfail", "SERVFAIL"), ("refused", "REFUSED"), ("silence", "in time"), ("garbage", "")]
)
def test_what_could_not_be_asked_is_never_called_missing(
    server: NameServer, names: Names, fault: str, why: str
) -> None:
    server.txt("d.test", "v=spf1 -all")
    server.faults["d.test"] = fault
    found = names.ask(Question("d.test", "TXT"))
    assert found.asked is Asked.UNREACHABLE
    assert why in found.why
    assert found.values == ()


def test_an_answer_too_long_for_udp_is_fetched_by_tcp(server: NameServer, names: Names) -> None:
    server.txt("d.test", "y" * 3000)
    server.faults["d.test"] = "cut"
    assert names.ask(Question("d.test", "TXT")).values == ("y" * 3000,)
    assert server.over_tcp == 1


def test_each_thing_is_asked_once(server: NameServer, names: Names) -> None:
    server.txt("d.test", "x")
    for _ in range(3):
        names.ask(Question("d.test", "TXT"))
    assert server.asked["d.test", "TXT"] == 1


def test_silence_is_listened_to_twice_only(server: NameServer, names: Names) -> None:
    server.faults["*"] = "silence"
    for number in range(30):
        assert names.ask(Question(f"n{number}.test", "TXT")).asked is Asked.UNREACHABLE
    assert len(server.asked) == 2


def test_nobody_there_is_unreachable() -> None:
    names = Names(("127.0.0.1", free_port()), seconds=0.2)
    assert names.ask(Question("d.test", "TXT")).asked is Asked.UNREACHABLE


@pytest.mark.parametrize(
    "name", ["", ".", "a..b", "x" * 70 + ".test", "ünicode.test", "a b.test", "\x1b[2J", "x." * 200]
)
def test_odd_names_raise_nothing(server: NameServer, names: Names, name: str) -> None:
    for kind in ("TXT", "A", "PTR"):
        assert names.ask(Question(name, kind)).asked in set(Asked)


def test_any_bytes_in_a_text_are_survived(server: NameServer, names: Names) -> None:
    server.zone["d.test", "TXT"] = ['"\\027]52;c;AAAA\\007\\255\\254" "b"', '""']
    found = names.ask(Question("d.test", "TXT"))
    assert found.asked is Asked.FOUND
    assert any("\x1b]52" in one for one in found.values), "it is handed on as it came: whoever shows it washes it"


@pytest.mark.parametrize(
    ("said", "server"),
    [
        ("", None),
        ("9.9.9.9", ("9.9.9.9", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("::1", ("::1", 53)),
        ("[::1]:5353", ("::1", 5353)),
    ],
)
def test_a_name_server_is_an_address(said: str, server: tuple[str, int] | None) -> None:
    assert server_of(said) == server


@pytest.mark.parametrize("said", ["dns.example.org", "1.2.3.4:x", "1.2.3.4:0", "1.2.3.4:99999", "[::1", "1.2.3"])
def test_anything_else_is_refused(said: str) -> None:
    with pytest.raises(SettingsError, match="is no name server"):
        server_of(said)
