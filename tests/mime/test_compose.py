"""What compose writes, every reader gives back; and nothing in it can become a header or a second mail."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mime.compose import compose
from models.types.mail import FileOut, Mailbox, OutgoingMail

MAIL = OutgoingMail(
    sender=Mailbox("Ada", "support@desk.test"),
    reply_to=None,
    to=(Mailbox("Bo Customer", "bo@customer.test"),),
    cc=(),
    subject="Your order",
    message_id="<1.abc@desk.test>",
    in_reply_to="",
    references=(),
    date=datetime(2026, 11, 22, 8, 30, tzinfo=UTC),
    text="Hello Bo,\n\nit is on its way.\n",
)
ANY_TEXT = st.text(st.characters(codec=None), max_size=300)  # lone surrogates and controls too
PLAIN = st.text(st.characters(exclude_categories=("C", "Zl", "Zp", "Zs")) | st.just(" "), max_size=200)


def read(wire: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(wire, policy=policy.default))


def decoded(mail: EmailMessage, name: str) -> str:
    """By the old reader: the new one puts a space between encoded words of a name (Python 3.11)."""
    raw = dict(mail.raw_items())[name]
    return " ".join(str(make_header(decode_header(raw))).split())


def body(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n").strip("\r\n")


def shown(name: str) -> str:
    return " ".join(name.split()).replace("\\", "").strip('"')


def test_a_plain_reply_is_these_bytes() -> None:
    mail = replace(
        MAIL,
        reply_to=Mailbox("Desk, the", "support+r1@desk.test"),
        cc=(Mailbox("", "cy@customer.test"), Mailbox("Dé", "de@customer.test")),
        in_reply_to="<q@customer.test>",
        references=("<p@customer.test>", "<q@customer.test>"),
        quoted="Where is it?\n> earlier\n\nBo",
        quoted_intro="On Sunday, Bo wrote:",
        loop_tag="tag1",
    )
    assert compose(mail).decode("ascii").split("\r\n") == [
        "Date: Sun, 22 Nov 2026 08:30:00 +0000",
        "From: Ada <support@desk.test>",
        "To: Bo Customer <bo@customer.test>",
        "Cc: cy@customer.test,",
        " =?utf-8?b?RMOp?= <de@customer.test>",
        'Reply-To: "Desk, the" <support+r1@desk.test>',
        "Subject: Your order",
        "Message-ID: <1.abc@desk.test>",
        "In-Reply-To: <q@customer.test>",
        "References: <p@customer.test>",
        " <q@customer.test>",
        "X-Nightdesk-Loop: tag1",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=us-ascii",
        "Content-Transfer-Encoding: 7bit",
        "",
        "Hello Bo,",
        "",
        "it is on its way.",
        "",
        "On Sunday, Bo wrote:",
        "> Where is it?",
        ">> earlier",
        ">",
        "> Bo",
        "",
    ]


@given(subject=PLAIN, name=PLAIN, text=ANY_TEXT)
def test_a_reader_gets_back_what_was_written(subject: str, name: str, text: str) -> None:
    mail = read(compose(replace(MAIL, subject=subject, sender=Mailbox(name, "support@desk.test"), text=text)))
    assert decoded(mail, "Subject") == " ".join(subject.split())
    assert decoded(mail, "From").rpartition(" <")[0].strip().replace("\\", "").strip('"') == shown(name)
    kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "", re.sub("\r\n?", "\n", text))
    assert body(mail) == kept.strip("\n")


@given(hostile=ANY_TEXT, evil=st.sampled_from(["\r\nBcc: eve@evil.test", "\nBcc: eve@evil.test\n\nbody", "\r.\r\n"]))
def test_no_value_makes_a_header_or_leaves_ascii(hostile: str, evil: str) -> None:
    value = hostile + evil + hostile
    wire = compose(
        replace(
            MAIL,
            sender=Mailbox(value, "support@desk.test"),
            reply_to=Mailbox(value, "r@desk.test"),
            to=(Mailbox(value, "bo@customer.test"), Mailbox("x", value)),
            subject=value,
            in_reply_to=value,
            references=(value, "<ok@customer.test>"),
            loop_tag=value,
            automatic=value,
            extra=(("X-Extra", value),),
            attachments=(FileOut(value, value, b"content"),),
        )
    )
    assert wire.isascii()
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in wire.split(b"\r\n"))
    head = wire.split(b"\r\n\r\n", 1)[0].decode()
    names = [line.split(":")[0] for line in head.split("\r\n") if line[0] not in " \t"]
    assert [name for name in names if name not in NAMES] == []
    assert len(names) == len(set(names))
    assert read(wire)["Bcc"] is None


NAMES = {"Date", "From", "To", "Cc", "Reply-To", "Subject", "Message-ID", "References", "In-Reply-To"} | {
    "Auto-Submitted", "X-Auto-Response-Suppress", "X-Nightdesk-Loop", "X-Extra", "MIME-Version", "Content-Type",
}  # fmt: skip


@given(
    st.binary(max_size=3000), st.text(max_size=120), st.sampled_from(["image/png", "text/csv", "message/rfc822", "?"])
)
def test_a_file_arrives_byte_for_byte(content: bytes, name: str, media_type: str) -> None:
    mail = read(compose(replace(MAIL, attachments=(FileOut(name, media_type, content), FileOut("b.bin", "", b"")))))
    first, second = mail.iter_attachments()
    assert first.get_payload(decode=True) == content
    assert first.get_content_type() == (
        media_type if media_type in ("image/png", "text/csv") else "application/octet-stream"
    )
    assert "/" not in (first.get_filename() or "")
    assert second.get_filename() == "b.bin"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("rechnung.pdf", "rechnung.pdf"),
        ("Gebühren 2026 – ändern.pdf", "Gebühren 2026 – ändern.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("日本語" * 30 + ".txt", "日本語" * 27 + "日.txt"[:-4] + ".txt"),
    ],
)
def test_file_names(name: str, shown: str) -> None:
    (file,) = read(compose(replace(MAIL, attachments=(FileOut(name, "application/pdf", b"x"),)))).iter_attachments()
    got = file.get_filename() or ""
    assert (
        got == shown if len(name) < 80 else (got.endswith(".txt") and got.startswith("日本語日本語") and len(got) > 60)
    )


def test_text_travels_whole_whatever_it_is() -> None:
    for text in ("a" * 5000, "ü" * 300, ".\n..\n.x\n", "From here\n", "日本語" * 500, "trailing space \n-- \nAda"):
        wire = compose(replace(MAIL, text=text))
        assert max(map(len, wire.split(b"\r\n"))) <= 78
        assert body(read(wire)) == text.strip("\n")


def test_an_internationalised_local_part_is_named_but_not_an_address() -> None:
    wire = compose(replace(MAIL, to=(Mailbox("Jörg", "jörg@bücher.test"), Mailbox("", "info@bücher.test"))))
    to = read(wire)["To"]
    assert [str(one) for one in to.addresses] == ["info@xn--bcher-kva.test"]
    assert "jörg@xn--bcher-kva.test" in to.groups[0].display_name


def test_a_machine_says_that_it_is_one() -> None:
    mail = read(compose(replace(MAIL, automatic="auto-replied", to=())))
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["To"] == "undisclosed-recipients:;"


@pytest.mark.parametrize(
    "change",
    [
        {"message_id": "<a b@c>"},
        {"message_id": "<a@b>\r\nBcc: x@y"},
        {"message_id": ""},
        {"sender": Mailbox("Ada", "")},
        {"extra": (("Bcc", "eve@evil.test"),)},
        {"extra": (("Content-Type", "text/html"),)},
        {"extra": (("X-A: b\r\nBcc", "x"),)},
    ],
)
def test_what_cannot_be_written_is_said(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        compose(replace(MAIL, **change))  # type: ignore[arg-type]


def test_the_same_mail_is_the_same_bytes() -> None:
    mail = replace(MAIL, attachments=(FileOut("a.txt", "text/plain", b"--=_\r\n"),))
    assert compose(mail) == compose(mail)
