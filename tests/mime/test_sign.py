"""What we sign, others can check: by dkimpy, with the record as a name server on loopback says it."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import dkim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mime import dkim_keys
from gateway.mime.compose import compose
from gateway.mime.sign import sign
from gateway.transports.names import Names
from models.rules import dkim_record
from models.types.dkim import Algorithm, NewKey, SigningKey
from models.types.dns import Question
from models.types.mail import Mailbox, OutgoingMail
from models.types.secret import Secret
from tests.servers.names import NameServer

MAIL = OutgoingMail(
    sender=Mailbox("Night Désk", "support@desk.test"), reply_to=Mailbox("Desk", "support+r1@desk.test"),
    to=(Mailbox("Anna", "anna@customer.test"),), cc=(), subject="Kaffeemaschine läuft aus " * 5,
    message_id="<1.x@desk.test>", in_reply_to="<2@customer.test>", references=("<2@customer.test>",),
    date=datetime(2026, 3, 2, 9, 0, tzinfo=UTC), text="Hallo,\n\nbitte Wasser  nehmen.\t \n\n\n",
)  # fmt: skip


@pytest.fixture(scope="module")
def keys() -> dict[Algorithm, NewKey]:
    return {algorithm: dkim_keys.make(algorithm) for algorithm in Algorithm}


@pytest.fixture(scope="module")
def names(keys: dict[Algorithm, NewKey]) -> Iterator[NameServer]:
    server = NameServer()
    for algorithm, key in keys.items():
        server.txt(dkim_record.name(algorithm.value, "desk.test"), dkim_record.text(algorithm, key.public))
    with server.serving():
        yield server


def signing(keys: dict[Algorithm, NewKey], *algorithms: Algorithm) -> tuple[SigningKey, ...]:
    return tuple(SigningKey("desk.test", one.value, one, keys[one].private) for one in algorithms)


def holds(wire: bytes, names: NameServer, index: int = 0) -> bool:
    asking = Names((names.host, names.port))

    def look_up(name: bytes, timeout: float = 5) -> bytes:
        found = asking.ask(Question(name.decode().removesuffix("."), "TXT"))
        return "".join(found.values).encode()

    try:
        return bool(dkim.DKIM(wire).verify(index, dnsfunc=look_up))  # type: ignore[no-untyped-call]
    except dkim.ValidationError:
        return False


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_signature_is_checked_by_others(
    keys: dict[Algorithm, NewKey], names: NameServer, algorithm: Algorithm
) -> None:
    wire = sign(compose(MAIL), signing(keys, algorithm))
    assert wire.startswith(b"DKIM-Signature: ")
    assert wire.endswith(compose(MAIL)), "nothing but the signature is added"
    assert holds(wire, names)
    assert all(len(line) <= 998 for line in wire.split(b"\r\n"))


def test_both_kinds_stand_together(keys: dict[Algorithm, NewKey], names: NameServer) -> None:
    wire = sign(compose(MAIL), signing(keys, *Algorithm))
    assert holds(wire, names, 0)
    assert holds(wire, names, 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Wasser", b"Benzin"),
        (b"From: ", b"From: x@evil.test\r\nFrom: "),
        (b"To: ", b"To: x@evil.test\r\nTo: "),
        (b"Subject: ", b"Subject: Pay now\r\nSubject: "),
        (b"Reply-To: ", b"Reply-To: x@evil.test\r\nReply-To: "),
        (b"Message-ID: ", b"Cc: x@evil.test\r\nMessage-ID: "),
        (b"support+r1@", b"support+r2@"),
        (b"Content-Type: text/plain", b"Content-Type: text/html"),
    ],
)
def test_nobody_can_change_what_was_signed(
    keys: dict[Algorithm, NewKey], names: NameServer, before: bytes, after: bytes
) -> None:
    plain = compose(replace(MAIL, text="Wasser"))
    wire = sign(plain, signing(keys, Algorithm.ED25519))
    assert holds(wire, names)
    head, body = wire[: -len(plain)], plain
    assert before in body
    assert not holds(head + body.replace(before, after, 1), names)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=400), st.text(max_size=60), st.text(max_size=30))
def test_any_text_keeps_its_signature(
    keys: dict[Algorithm, NewKey], names: NameServer, text: str, subject: str, name: str
) -> None:
    mail = replace(MAIL, text=text, subject=subject, to=(Mailbox(name, "anna@customer.test"),))
    assert holds(sign(compose(mail), signing(keys, Algorithm.ED25519)), names)


def test_without_keys_nothing_is_added() -> None:
    assert sign(compose(MAIL), ()) == compose(MAIL)


def test_a_broken_key_is_named_and_not_shown() -> None:
    broken = SigningKey("desk.test", "s1", Algorithm.RSA, Secret("hunter2"))
    with pytest.raises(ValueError, match="the key s1") as error:
        sign(compose(MAIL), (broken,))
    assert "hunter2" not in repr(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("text", ["x" * 70 + "\n", "\n", "    ", "\t \n", ">" * 40 + "\n"])
def test_time_grows_with_the_length(keys: dict[Algorithm, NewKey], algorithm: Algorithm, text: str) -> None:
    def seconds(size: int) -> float:
        wire = compose(replace(MAIL, text=text * (size // len(text))))
        best = 9.0
        for _ in range(3):
            begun = time.process_time()
            sign(wire, signing(keys, algorithm))
            best = min(best, time.process_time() - begun)
        return best

    assert seconds(1_600_000) < 12 * seconds(400_000) + 0.2


def test_what_dns_holds_is_compared(keys: dict[Algorithm, NewKey]) -> None:
    key = keys[Algorithm.RSA]
    right = dkim_record.text(Algorithm.RSA, key.public)
    assert not dkim_record.problem((right,), Algorithm.RSA, key.public)
    assert not dkim_record.problem((f"k=rsa; t=s; p={key.public[:40]} {key.public[40:]};",), Algorithm.RSA, key.public)
    for values, words in (
        ((), "no record"),
        ((right, right), "2 records"),
        (("v=DKIM1; k=rsa; p=",), "withdrawn"),
        (("v=spf1 -all",), "no DKIM key"),
        (("v=DKIM1; p=abc",), "another key"),
        ((right.replace("k=rsa", "k=ed25519"),), "another key"),
        (("v=DKIM1; p=a; p=b",), "no DKIM key"),
    ):
        assert words in dkim_record.problem(values, Algorithm.RSA, key.public)


def test_a_long_record_is_cut_into_strings(keys: dict[Algorithm, NewKey]) -> None:
    line = dkim_record.zone_line("s._domainkey.desk.test", dkim_record.text(Algorithm.RSA, keys[Algorithm.RSA].public))
    strings = line.split('"')[1::2]
    assert len(strings) == 2
    assert all(len(one) <= 255 for one in strings)
    assert "".join(strings) == dkim_record.text(Algorithm.RSA, keys[Algorithm.RSA].public)
