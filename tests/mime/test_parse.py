"""Whole mails, made here: what stands in them is what comes out, and nothing makes the parser fail."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mime.json_form import from_json, to_json
from gateway.mime.limits import NOT_FULLY_PARSED, PARTS
from gateway.mime.parse import parse, part_content

PLAIN = b"From: Ann <ann@x.example>\r\nTo: desk@y.example\r\nSubject: Hi\r\nMessage-ID: <1@x.example>\r\n\r\nHello\r\n"
HEADS = [
    b"From: ",
    b"To: a@b,",
    b"Subject: =?utf-8?B?",
    b"Content-Type: multipart/mixed; boundary=",
    b"Message-ID: <",
    b"\n\n",
]
PIECES = [
    b"--b\n",
    b"--b--\n",
    b"=?",
    b"?=",
    b"<",
    b">",
    b"\xff",
    b"\x00",
    b"(",
    b'"',
    b"\n",
    b"\r\n",
    b";",
    b"&#x1b;",
    b"begin 644 x\n",
]


@given(st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(HEADS + PIECES)), max_size=30))
@settings(max_examples=400, deadline=None)
def test_no_bytes_stop_it_and_the_result_survives_json_and_databases(pieces: list[bytes]) -> None:
    mail = parse(b"".join(pieces))
    form = to_json(mail)
    again = json.loads(json.dumps(form, ensure_ascii=False).encode())
    assert from_json(again) == mail
    assert "\\u0000" not in json.dumps(form)
    assert not [warning for warning in mail.warnings if "Error" in warning]


def test_a_plain_mail() -> None:
    mail = parse(PLAIN)
    assert [str(one) for one in mail.sender] == ["Ann <ann@x.example>"]
    assert (mail.subject, mail.text, mail.message_id) == ("Hi", "Hello", "<1@x.example>")
    assert mail.attachments == ()


def nested(levels: int) -> bytes:
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))
    return b"Subject: deep\n" + opened + b"\ninnermost\n"


BODY = b"Subject: x\n\n"
BOMBS = {
    "many From fields": b"From: x\n" * 100_000 + b"\n",
    "nested multiparts": nested(1000),
    "nested messages": b"Subject: deep\n" + b"Content-Type: message/rfc822\n\n" * 300 + b"\ninnermost",
    "many parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 20_000,
    "many fields": b"".join(b"X-%d: y\n" % n for n in range(40_000)) + b"\n",
    "folds": b"Subject: y\n" + b" z\n" * 300_000 + b"\n",
    "long line": BODY + b"x" * 2_000_000,
    "long field": b"Subject: " + b"y" * 1_000_000 + b"\n\n",
    "open parens": b"From: " + b"(" * 50_000 + b"\n\n",
    "open quotes": b"To: " + b'\\"' * 30_000 + b"\n\n",
    "many people": b"To: " + b"a <a@b.example>, " * 40_000 + b"\n\n",
    "angles": b"To: " + b"<" * 60_000 + b"\n\n",
    "words without end": b"Subject: " + b"=?utf-8?q?x" * 8000 + b"\n\n",
    "many words": b"Subject: " + b"=?utf-8?q?x?= " * 8000 + b"\n\n",
    "references": b"References: " + b"<aaaa@b> " * 100_000 + b"\n\n",
    "continuations": b"Content-Type: text/plain;" + b"".join(b" name*%d=x;\n" % n for n in range(4000)) + b"\n\n",
    "quote marks": BODY + b">" * 900_000,
    "quote lines": BODY + b"> \n" * 300_000,
    "On and spaces": b"\nOn " + b" " * 900_000 + b"x",
    "On lines": BODY + b"On a\n" * 180_000,
    "wrote lines": BODY + b"On Mon wrote wrote\n" * 40_000,
    "from blocks": BODY + b"From: x\n" * 100_000,
    "dashes": BODY + b"-" * 900_000,
    "dashes and a letter": BODY + b"-" * 900_000 + b"x",
    "spaces and a letter": BODY + b" " * 900_000 + b"x",
    "short dashes": BODY + (b"-" * 900 + b"x\n") * 1000,
    "short spaces": BODY + (b" " * 900 + b"x\n") * 1000,
    "short stars": BODY + (b"*" * 900 + b"x\n") * 1000,
    "short opened": BODY + (b"On 1 " + b"wrot" * 200 + b"\n") * 1000,
    "short labels": BODY + (b"From: " + b"a" * 900 + b"\n") * 1000,
    "dash lines": BODY + b"-- \n" * 200_000,
    "blank lines": BODY + b"\n" * 900_000,
    "spaces": BODY + b" " * 900_000,
    "uuencode": BODY + b"begin 644 x\n" * 70_000 + b"end\n",
    "html tags open": b"Content-Type: text/html\n\n" + b"<a " * 300_000,
    "html comments open": b"Content-Type: text/html\n\n" + b"<!--" * 200_000,
    "html deep": b"Content-Type: text/html\n\n" + b"<div>" * 180_000,
    "html quotes deep": b"Content-Type: text/html\n\n" + b"<blockquote>x" * 70_000,
    "html links": b"Content-Type: text/html\n\n" + b"<a href='http://x'>" * 45_000,
    "html hidden": b"Content-Type: text/html\n\n" + b"<p style='display:none'>" * 35_000,
    "html scripts": b"Content-Type: text/html\n\n" + b"<script>" * 110_000,
    "html attribute": b"Content-Type: text/html\n\n<a x='" + b"y=" * 400_000 + b">",
    "html entities": b"Content-Type: text/html\n\n" + b"&" * 900_000,
    "blank base64": b"Content-Transfer-Encoding: base64\n\n" + b"=" * 900_000,
    "soft breaks": b"Content-Transfer-Encoding: quoted-printable\n\n" + b"= \n" * 300_000,
    "jis": b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B" * 300_000,
    "boundaries": b"Content-Type: multipart/mixed; boundary=-\n\n" + b"-" * 900_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_cost_two_seconds_at_most(bomb: str) -> None:
    started = time.process_time()
    mail = parse(BOMBS[bomb])
    assert time.process_time() - started < 2
    assert not [warning for warning in mail.warnings if "Error" in warning]


@pytest.mark.parametrize("bomb", ["nested multiparts", "nested messages", "many parts"])
def test_what_lies_beyond_a_limit_is_kept_and_said(bomb: str) -> None:
    mail = parse(BOMBS[bomb])
    assert NOT_FULLY_PARSED in mail.warnings
    assert len(mail.attachments) <= PARTS


def test_a_part_is_found_again_by_its_path() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n"
        b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n--b--\r\n'
    )
    (file,) = parse(raw).attachments
    assert (file.name, file.media_type, file.size_bytes) == ("a.pdf", "application/pdf", 5)
    assert part_content(raw, file.path) == b"Hello"
    with pytest.raises(LookupError):
        part_content(raw, "7")
