"""Which parts are text and which are files, and what HTML looks like as text."""

import base64
import binascii
import struct
import time

import pytest

from gateway.mime.flowed import unflow
from gateway.mime.html import html_text
from gateway.mime.parse import parse, part_content


def part(content_type: str, body: str, *extra: str) -> str:
    return "\n".join([f"Content-Type: {content_type}", *extra, "", body])


def multi(kind: str, *parts: str, boundary: str = "b0") -> str:
    inner = "".join(f"--{boundary}\n{one}\n" for one in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{inner}--{boundary}--\n'


def names(raw: str) -> list[str]:
    return [one.name for one in parse(raw.encode()).attachments]


PLAIN = part("text/plain; charset=utf-8", "plain words")
RICH = part("text/html; charset=utf-8", "<p>rich words</p>")
PDF = part("application/pdf; name=a.pdf", "JVBERg==", "Content-Transfer-Encoding: base64")
IMAGE = part("image/png", "AAAA", "Content-ID: <img1>", "Content-Disposition: inline; filename=i.png")
INVITE = part("text/calendar; method=REQUEST", "BEGIN:VCALENDAR")

TEXTS = [
    (multi("alternative", PLAIN, RICH), "plain words", []),
    (multi("alternative", part("text/plain", " "), RICH), "rich words", []),
    (multi("mixed", PLAIN, PDF), "plain words", ["a.pdf"]),
    (multi("mixed", PLAIN, PDF, part("text/plain", "more words")), "plain words\n\nmore words", ["a.pdf"]),
    (multi("mixed", PLAIN, part("text/plain; name=n.txt", "a note")), "plain words", ["n.txt"]),
    (multi("related", RICH, IMAGE), "rich words", ["i.png"]),
    (multi("alternative", PLAIN, multi("related", RICH, IMAGE, boundary="b1")), "plain words", ["i.png"]),
    (multi("alternative", PLAIN, RICH, INVITE), "plain words", ["invite.ics"]),
    (multi("signed", PLAIN, part("application/pgp-signature", "xx")), "plain words", ["signature.asc"]),
    (part("text/plain; name=whole.txt", "the body itself"), "the body itself", []),
    (part("text/plain", "a file", "Content-Disposition: attachment; filename=f.txt"), "", ["f.txt"]),
    (part("application/pdf; name=only.pdf", "xx"), "", ["only.pdf"]),
    (multi("mixed", PLAIN, part("message/rfc822", "Subject: Old\n\nold words")), "plain words", ["Old.eml"]),
    ("Content-Type: multipart/mixed\n\n--guess\n\nplain words\n--guess--\n", "plain words", []),
    ("Content-Type: multipart/mixed; boundary=nowhere\n\nno parts here\n", "no parts here", []),
    (multi("mixed", PLAIN, PDF).replace("--b0--\n", ""), "plain words", ["a.pdf"]),
    ("Content-Type: nonsense\n\nstill text", "still text", []),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "text", "files"), TEXTS)
def test_text_and_files(raw: str, text: str, files: list[str]) -> None:
    mail = parse(raw.encode())
    assert mail.text == text
    assert [one.name for one in mail.attachments] == files


def test_a_stub_of_the_html_is_not_the_text() -> None:
    stub = part("text/plain", "This mail needs a program that shows HTML.")
    rich = part("text/html", "<p>" + "many real words " * 40 + "</p>")
    assert parse(multi("alternative", stub, rich).encode()).text.startswith("many real words")


@pytest.mark.parametrize(
    ("kind", "warning"),
    [
        (
            multi("encrypted", part("application/pgp-encrypted", "Version: 1"), part("application/octet-stream", "xx")),
            "encrypted",
        ),
        (part("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "xx"), "encrypted"),
        (part("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", "xx"), "signed (S/MIME)"),
        (part("text/plain", "-----BEGIN PGP MESSAGE-----\nxx\n-----END PGP MESSAGE-----"), "encrypted"),
    ],
)
def test_what_cannot_be_read_is_said(kind: str, warning: str) -> None:
    assert parse(kind.encode()).warnings[0].startswith(warning)


NAMES = [
    ('Content-Disposition: attachment; filename="a b.pdf"', "a b.pdf"),
    ("Content-Disposition: attachment; filename=a b.pdf", "a b.pdf"),
    ("Content-Disposition: attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf", "Größe.pdf"),
    ("Content-Disposition: attachment; filename*0*=utf-8''Gr%C3%B6; filename*1*=%C3%9Fe; filename*2=.pdf", "Größe.pdf"),
    ("Content-Disposition: attachment; filename*0=long; filename*1=er.pdf", "longer.pdf"),
    ('Content-Disposition: attachment; filename="=?utf-8?B?R3LDtsOfZS5wZGY=?="', "Größe.pdf"),
    ('Content-Disposition: attachment; filename="Größe.pdf"', "Größe.pdf"),
    ('Content-Disposition: attachment; filename="say \\"hi\\".pdf"', "say _hi_.pdf"),
    ('Content-Disposition: attachment; filename="open.pdf', "open.pdf"),
    ("Content-Disposition: attachment; filename='a b.pdf'", "a b.pdf"),
    ('Content-Disposition: attachment; filename=""a b.pdf""', "a b.pdf"),
    ('Content-Disposition: attachment; filename="a.pdf" (the bill)', "a.pdf"),
    ('Content-Disposition: filename="a.pdf"', "a.pdf"),
    ('Content-Disposition: attachment filename="a.pdf"', "a.pdf"),
    ('Content-Disposition: attachment; filename="Gr%C3%B6%C3%9Fe.pdf"', "Größe.pdf"),
    ('Content-Disposition: attachment; filename="100%25 of %ff.pdf"', "100%25 of %ff.pdf"),
    ("Content-Type: application/pdf; name=typed.pdf", "typed.pdf"),
    ("Content-Type: application/pdf name=typed.pdf", "typed.pdf"),
    ("Content-Location: http://x.example/dir/photo.jpg", "photo.jpg"),
    ('Content-Disposition: attachment; filename="../../etc/passwd"', "_.._etc_passwd"),
]


@pytest.mark.parametrize(("field", "name"), NAMES)
def test_file_names(field: str, name: str) -> None:
    kind = "" if field.startswith("Content-Type") else "Content-Type: application/octet-stream\n"
    assert names(f"{kind}{field}\n\nxx") == [name]


INNER = "From: B <b@y.example>\nSubject: Old\nTo: a@x.example\n\nold =3D words"
TOLD = "---------- Forwarded message ----------\nFrom: B <b@y.example>\nSubject: Old\nTo: a@x.example\n\nold "
WAYS = [
    part("message/rfc822", INNER.replace("=3D", "=")),
    part("message/rfc822", INNER, "Content-Transfer-Encoding: quoted-printable"),
    part(
        "message/rfc822; name=f.eml",
        base64.encodebytes(INNER.replace("=3D", "=").encode()).decode(),
        "Content-Transfer-Encoding: base64",
        "Content-Disposition: attachment; filename=f.eml",
    ),
]


@pytest.mark.parametrize("way", WAYS, ids=["as it is", "quoted-printable", "base64"])
def test_a_mail_that_is_only_a_forwarded_message_says_what_that_says(way: str) -> None:
    for raw in (way, multi("mixed", part("text/plain", " \n"), way)):
        mail = parse(raw.encode())
        assert mail.text == f"{TOLD}= words"
        assert mail.reply_text == ""
        (file,) = mail.attachments
        saved = part_content(raw.encode(), file.path)
        assert saved.strip().decode() == INNER.replace("=3D", "=")
        assert len(saved) == file.size_bytes
    assert parse(multi("mixed", PLAIN, way).encode()).text == "plain words"


def test_a_digest_says_what_its_messages_say() -> None:
    raw = multi("digest", "\nFrom: a@x.example\n\none", "\nFrom: b@x.example\n\ntwo")
    begins = "---------- Forwarded message ----------\nFrom: "
    assert parse(raw.encode()).text == f"{begins}a@x.example\n\none\n\n{begins}b@x.example\n\ntwo"


def test_messages_encoded_inside_each_other_end_somewhere() -> None:
    raw = b"Subject: innermost\n\nx"
    for _ in range(60):
        head = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
        raw = head + base64.encodebytes(raw)
        if len(raw) > 900_000:
            break
    began = time.process_time()
    mail = parse(raw)
    assert time.process_time() - began < 2
    assert [file.media_type for file in mail.attachments] == ["message/rfc822"]


def test_a_signed_text_loses_its_armor() -> None:
    armored = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n- -- \nAnna\n-----BEGIN PGP SIGNATURE-----\n\nxx\n"
        "-----END PGP SIGNATURE-----\nbelow"
    )
    mail = parse(part("text/plain", armored).encode())
    assert mail.text == "Hello\n-- \nAnna\nbelow"
    assert mail.warnings == ("signed (PGP), not verified",)


def test_types_written_the_wrong_way_round_are_texts() -> None:
    assert parse(part("plain/text", "words").encode()).text == "words"
    assert parse(part("html/text", "<p>words</p>").encode()).text == "words"


def test_a_blank_line_before_a_parts_header_is_forgiven() -> None:
    body = "--b\n\nContent-Type: text/html\n\n<p>words</p>\n--b\n\nContent of a text: words\n--b--\n"
    mail = parse(f"Content-Type: multipart/mixed; boundary=b\n\n{body}".encode())
    assert mail.text == "words\n\nContent of a text: words"
    digest = parse(f"Content-Type: multipart/digest; boundary=b\n\n{body}".encode())
    assert [file.media_type for file in digest.attachments] == ["message/rfc822", "message/rfc822"]


def test_html_under_a_wrong_name_is_read_as_html() -> None:
    assert parse(part("text/plain", "<!DOCTYPE html><p>words</p>").encode()).text == "words"
    assert parse(part("text/plain", "<html> is a tag").encode()).has_html
    assert parse(part("text/plain", "1 < 2 <b>").encode()).text == "1 < 2 <b>"


def test_transfer_encodings_survive_what_happens_on_the_way() -> None:
    def text(encoding: str, body: str) -> str:
        return parse(
            f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{body}".encode()
        ).text

    assert text("base64", "SGVs\n bG8g!!d29y\nbGQ=") == "Hello world"
    assert text("BASE64", "SGVsbG8=SGVsbG8=") == "HelloHello"
    assert text("base64", "SGVsbG8") == "Hello"
    assert text("base64", "SGVsbG8=\n\n-- \nA list's footer, in plain words.\n") == "Hello"
    assert text("base64", "SGVs\n\nbG8=\n") == "Hello"
    assert text("base64;", "SGVsbG8=") == "Hello"
    assert text("quoted-printeable", "a=20b") == "a b"
    assert text("quoted-printable", "a=\nb =  \nc=3D=ZZ =E2=82=AC") == "ab c==ZZ €"
    assert text("8 bit", "as it is") == "as it is"


def test_a_uuencoded_file_is_taken_out_of_the_text() -> None:
    packed = binascii.b2a_uu(b"Hello there").decode()
    raw = f"Subject: x\n\nHere it is:\n\nbegin 644 hello.txt\n{packed}`\nend\n\nbye\n".encode()
    mail = parse(raw)
    assert mail.text.split() == ["Here", "it", "is:", "bye"]
    (file,) = mail.attachments
    assert (file.name, file.size_bytes) == ("hello.txt", 11)
    assert part_content(raw, file.path) == b"Hello there"
    assert parse(b"Subject: x\n\nbegin 644 words\nthis is not it\nend\n").text == "begin 644 words\nthis is not it\nend"


def tnef(*attributes: tuple[int, bytes]) -> bytes:
    packed = b"".join(struct.pack("<BII", 2, tag, len(data)) + data + b"\0\0" for tag, data in attributes)
    return b"\x78\x9f\x3e\x22\0\0" + packed


def winmail(content: bytes) -> bytes:
    head = "Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
    return head.encode() + base64.b64encode(content)


def test_winmail_dat_is_unpacked() -> None:
    name = "Große Rechnung.pdf".encode("utf-16-le") + b"\0\0"
    long_name = struct.pack("<IHHII", 1, 0x001F, 0x3707, 1, len(name)) + name + b"\0" * (-len(name) % 4)
    body = (0x0002800C, b"The words\0")
    file = [(0x00069002, b"\0" * 14), (0x00018010, b"GROSSE~1.PDF\0"), (0x0006800F, b"%PDF"), (0x00069005, long_name)]
    raw = winmail(tnef(body, *file))
    mail = parse(raw)
    assert mail.text == "The words"
    (one,) = mail.attachments
    assert (one.name, one.media_type, one.size_bytes) == ("Große Rechnung.pdf", "application/pdf", 4)
    assert part_content(raw, one.path) == b"%PDF"


@pytest.mark.parametrize("cut", range(0, 90, 3))
def test_a_damaged_winmail_dat_is_a_file(cut: int) -> None:
    whole = tnef((0x0002800C, b"The words\0"), (0x00069002, b"\0" * 14), (0x0006800F, b"data"))
    mail = parse(winmail(whole[:cut]))
    assert not [warning for warning in mail.warnings if "Error" in warning]
    assert mail.text or mail.attachments or cut < 30


def test_flowed_text_is_put_together() -> None:
    assert unflow("one \ntwo\nthree \nfour") == "one two\nthree four"
    assert unflow("> one \n> two\n>> three \n> four") == "> one two\n>> three \n> four"
    assert unflow("word \n wide", delsp=True) == "wordwide"
    assert unflow("end \n-- \nAnna ") == "end \n-- \nAnna "


HTML = [
    ("<p>a</p><p>b</p>", "a\n\nb"),
    ("a<br>b<br><br>c", "a\nb\n\nc"),
    ("<div>a</div><div>b</div>", "a\nb"),
    ("a\n   b&nbsp;c &amp; d", "a b c & d"),
    ("<ul><li>one<li>two</ul>after", "* one\n* two\n\nafter"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    ("<blockquote>q<blockquote>qq</blockquote></blockquote>a", "> q\n>\n> > qq\n\na"),
    ("<pre>  two\n    four</pre>", "  two\n    four"),
    ('<a href="https://x.example/long">click</a>', "click <https://x.example/long>"),
    ('<a href="https://x.example">x.example</a>', "x.example"),
    ('<a href="javascript:alert(1)">click</a>', "click"),
    ('<img src="http://t.example/p.gif" width="1" alt="spy">x', "x"),
    ('<img src="cid:1" alt="The chart">', "[The chart]"),
    ("<style>p{color:red}</style><script>alert(1)</script>x", "x"),
    ("<title>t</title><p>x</p>", "x"),
    ('<div style="display:none">hidden <div>deep</div></div>seen', "seen"),
    ('<p style="DISPLAY: none">hidden<p>seen', "seen"),
    ("<!-- no -->x<!-- open", "x open"),
    ("<!--[if mso]>word<![endif]-->x<![if !mso]>y<![endif]>", "xy"),
    ("a < b and <b>c</b> >", "a < b and c >"),
    ('<a title=">" href="https://x.example/y">k</a>', "k <https://x.example/y>"),
    ("&#27;[2J&#x202e;", "[2J\u202e"),
    ("<p>unclosed <b>bold", "unclosed bold"),
    ("cut <a href=", "cut"),
]


@pytest.mark.parametrize(("source", "text"), HTML)
def test_html_as_text(source: str, text: str) -> None:
    assert "\n".join(html_text(source).lines).strip("\n") == text
