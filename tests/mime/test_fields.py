"""Header fields as people's programs write them: addresses, ids, dates, encoded words, charsets."""

from datetime import UTC, datetime

import pytest

from gateway.mime.charset import decode
from gateway.mime.dates import date
from gateway.mime.ids import message_id, message_ids
from gateway.mime.mailboxes import mailboxes
from gateway.mime.parse import parse
from gateway.mime.words import decode_words

ADDRESSES = [
    ("anna@x.example", [("", "anna@x.example")]),
    ("Anna Berg <anna@X.Example>", [("Anna Berg", "anna@x.example")]),
    ('"Berg, Anna" <anna@x.example>, bob@y.example', [("Berg, Anna", "anna@x.example"), ("", "bob@y.example")]),
    ("anna@x.example (Anna Berg)", [("Anna Berg", "anna@x.example")]),
    ("'Anna' <anna@x.example>", [("Anna", "anna@x.example")]),
    ("Anna anna@x.example", [("Anna", "anna@x.example")]),
    ("Anna <anna@x.example", [("Anna", "anna@x.example")]),
    ("a@x.example; b@x.example", [("", "a@x.example"), ("", "b@x.example")]),
    ("A <a@x.example> B <b@x.example>", [("A", "a@x.example"), ("B", "b@x.example")]),
    ("undisclosed-recipients:;", []),
    (
        "Friends: a@x.example, B <b@x.example>;, c@x.example",
        [("", "a@x.example"), ("B", "b@x.example"), ("", "c@x.example")],
    ),
    ("=?utf-8?Q?J=C3=B6rg,_B=C3=B6ll?= <j@x.example>", [("Jörg, Böll", "j@x.example")]),
    ('"=?utf-8?B?SsO2cmc=?=" <j@x.example>', [("Jörg", "j@x.example")]),
    ('"boss@desk.example" <mallory@y.example>', [("boss@desk.example", "mallory@y.example")]),
    ("<@relay.example,@b.example:anna@x.example>", [("", "anna@x.example")]),
    ('"a b"@x.example', [("", '"a b"@x.example')]),
    ("Pete (a \\) chap) <pete(his account)@silly.test (host)>", [("Pete", "pete@silly.test")]),
    ('Jo "The Rock" Smith <jo@x.example>', [("Jo The Rock Smith", "jo@x.example")]),
    ('John "Jack <j@x.example>', [("John Jack", "j@x.example")]),
    ("jörg@exämple.de", [("", "jörg@exämple.de")]),
    ("mailto:anna@x.example", [("", "anna@x.example")]),
    ("<mailto:anna@x.example>", [("", "anna@x.example")]),
    ("Anna Berg", [("Anna Berg", "")]),
    ("<>", []),
    ("", []),
]


@pytest.mark.parametrize(("field", "people"), ADDRESSES)
def test_addresses(field: str, people: list[tuple[str, str]]) -> None:
    assert [(one.name, one.address) for one in mailboxes(field.encode())] == people


IDS = [
    ("<a@x.example>", ["<a@x.example>"]),
    ("<a@x.example><b@x.example>", ["<a@x.example>", "<b@x.example>"]),
    ("<a@x.example>\t<b @ x.example>", ["<a@x.example>", "<b@x.example>"]),
    ('Message from "Anna" of Monday <a@x.example>', ["<a@x.example>"]),
    ("a@x.example", ["<a@x.example>"]),
    ("justanid", ["<justanid>"]),
    ("<a@x.example> (note)", ["<a@x.example>"]),
    ("<1234 @ local(blah) .machine .example>", ["<1234@local.machine.example>"]),
    ("<>", []),
    ("", []),
]


@pytest.mark.parametrize(("field", "ids"), IDS)
def test_message_ids(field: str, ids: list[str]) -> None:
    assert list(message_ids(field.encode())) == ids
    assert message_id(field.encode()) == (ids[0] if ids else "")


DATES = [
    ("Mon, 04 Mar 2024 10:00:00 +0100", datetime(2024, 3, 4, 9, tzinfo=UTC)),
    ("4 Mar 2024 10:00 GMT", datetime(2024, 3, 4, 10, tzinfo=UTC)),
    ("Mon, 4 Mar 24 10:00:00 EST", datetime(2024, 3, 4, 15, tzinfo=UTC)),
    ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", datetime(1997, 11, 21, 15, 55, 6, tzinfo=UTC)),
    ("Mon, 04 Mar 2024 10:00:00", datetime(2024, 3, 4, 10, tzinfo=UTC)),
    ("2024-03-04T10:00:00Z", datetime(2024, 3, 4, 10, tzinfo=UTC)),
    ("2024-03-04 10:00:00 +0100", datetime(2024, 3, 4, 9, tzinfo=UTC)),
    ("2024-03-04T10:00:00+01:00", datetime(2024, 3, 4, 9, tzinfo=UTC)),
    ("Mon, 04 Mar 2024 10:00:00 +01:00", datetime(2024, 3, 4, 9, tzinfo=UTC)),
    ("Mon, 04 Mar 2024 10:00:00+0100", datetime(2024, 3, 4, 9, tzinfo=UTC)),
    ("Mon, 04 Mar 2024 10:00:00 GMT+0100", datetime(2024, 3, 4, 9, tzinfo=UTC)),
    ("Mon, 04 Mar 2024 10:00:00 GMT-3", datetime(2024, 3, 4, 13, tzinfo=UTC)),
    ("Mon, 04 Mar 2024 10:00:00 CET", datetime(2024, 3, 4, 9, tzinfo=UTC)),
    ("Mon, 04 Mar 2024 10:00:00 EEST", datetime(2024, 3, 4, 7, tzinfo=UTC)),
    ("Mon, 04 Mar 2024 10:00:00 JST", datetime(2024, 3, 4, 1, tzinfo=UTC)),
    ("Mon, 04 Mar 2024 10:00:00 +9999", datetime(2024, 3, 4, 10, tzinfo=UTC)),
    ("Mon, 04 Mar 124 10:00:00 +0000", datetime(2024, 3, 4, 10, tzinfo=UTC)),
    ("Mon, 4 Mar 2024", datetime(2024, 3, 4, tzinfo=UTC)),
    ("Mon, 04 Mar 2024 10:00:61 +0000", datetime(2024, 3, 4, 10, 0, 59, tzinfo=UTC)),
    ("yesterday", None),
    ("Mon, 99 Mar 2024 99:00:00 +9999", None),
    ("", None),
]


@pytest.mark.parametrize(("field", "moment"), DATES)
def test_dates(field: str, moment: datetime | None) -> None:
    assert date(field.encode()) == moment


WORDS = [
    ("plain", "plain"),
    ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
    ("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"),
    ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c"),
    ("=?utf-8?B?R3LD?= =?utf-8?B?vMOf?=", "Grüß"),
    ("=?utf-8?Q?a?==?iso-8859-1?Q?=E9?=", "aé"),
    ("=?utf-8?B?SGVsbG8?=", "Hello"),
    ("=?utf-8?Q?with space?=", "with space"),
    ("=?utf-8*de?Q?ja?=", "ja"),
    ("=?utf-8?Q?what??=", "what?"),
    ("=?utf-8?Q?caf=E9?=", "café"),
    ("=?no-such?Q?caf=C3=A9?=", "café"),
    ("=?utf-8?X?no?=", "=?utf-8?X?no?="),
    ("a =?utf-8?Q?open", "a =?utf-8?Q?open"),
    ("=? =?utf-8?Q?x?=", "=? x"),
    ("=?utf-7?Q?Fr+APY-sche?=", "Frösche"),
]


@pytest.mark.parametrize(("written", "meant"), WORDS)
def test_encoded_words(written: str, meant: str) -> None:
    assert decode_words(written) == meant


RUSSIAN = "Привет, как дела? Пишу вам по поводу заказа."
CHARSETS = [
    ("Grüße", "iso-8859-1"), ("“quoted” €", "windows-1252"), ("Žluťoučký", "iso-8859-2"), ("Вопрос", "koi8-r"),
    ("Вопрос", "windows-1251"), ("日本語", "iso-2022-jp"), ("日本語", "shift_jis"), ("日本語", "euc-jp"),
    ("關於發票", "big5"),
    ("关于发票", "gb18030"), ("关于发票", "hz"), ("주문 문의", "euc-kr"), ("สวัสดี", "tis-620"),
    ("שאלה", "iso-8859-8"),
    ("فاتورة", "windows-1256"), ("Ερώτηση", "iso-8859-7"), ("wide", "utf-16"), ("Wörter", "utf-7"),
    ("Wörter", "mac_roman"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "charset"), CHARSETS)
def test_charsets(text: str, charset: str) -> None:
    assert decode(text.encode(charset), charset) == text


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("Grüße".encode(), "iso-8859-1", "Grüße"),
        ("Grüße".encode("cp1252"), "utf-8", "Grüße"),
        ("Grüße".encode(), "bogus-8bit", "Grüße"),
        ("Grüße".encode("cp1252"), "us-ascii", "Grüße"),
        ("關於發票".encode(), "big5", "關於發票"),
        ("שלום".encode("iso-8859-8"), "iso-8859-8-i", "שלום"),
        ("①".encode("cp932"), "windows-31j", "①"),
        (b"\x1b$B-!\x1b(B", "iso-2022-jp", "①"),
        (b"w\0i\0d\0e\0", "utf-16", "wide"),
        (b"w\0i\0d\0e\0\n", "utf-16le", "wide"),
        ("für: ü".encode()[:-1], "utf-8", "für: \ufffd"),
        (
            "Привет, как дела? Пишу вам по поводу заказа.".encode("cp1251"),
            "",
            "Привет, как дела? Пишу вам по поводу заказа.",
        ),
        (b"nul\0here", "utf-8", "nul\ufffdhere"),
    ],
)
def test_wrong_and_missing_labels(data: bytes, label: str, text: str) -> None:
    assert decode(data, label) == text


UNNAMED = [
    ("Вопрос", "cp1251"), ("Вопрос по заказу", "koi8-r"), ("Добрый день, где мой заказ?", "koi8-r"),
    ("Καλημέρα, πού είναι η παραγγελία μου;", "cp1253"), ("שלום, איפה ההזמנה שלי", "cp1255"),
    ("أين طلبي من فضلك", "cp1256"), ("สินค้าของฉันอยู่ที่ไหน", "cp874"), ("注文した商品はまだですか。", "shift_jis"),
    ("注文した商品はまだですか。", "euc_jp"), ("我的订单什么时候到?", "gbk"), ("我的訂單什麼時候會到?", "big5"),
    ("제 주문은 언제 도착합니까?", "euc_kr"), ("Größe für Müller", "cp1252"), ("café crème à Noël", "latin-1"),
    ("Siparişim nerede, teşekkürler", "cp1254"), ("Kůň, prosím, už můžu ještě čekat", "cp1250"),
    ("Þú ert góður", "cp1252"),
    ("Proszę o książkę", "iso-8859-2"), ("Proszę o książkę", "cp1250"), ("it´s col·lecció", "cp1252"),
    ("naïve", "cp1252"), ("€ 10 – “ok”", "cp1252"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "charset"), UNNAMED)
def test_8_bit_text_without_a_label(text: str, charset: str) -> None:
    assert decode(text.encode(charset)) == text


@pytest.mark.parametrize(
    "label", ["win-1251", "windows1251", "Windows-1251", "cp-1251", "CP1251", "x-cp1251", "x-windows-1251", "cp1251;"]
)
def test_code_pages_are_spelled_in_many_ways(label: str) -> None:
    assert decode("Вопрос".encode("cp1251"), label) == "Вопрос"


def test_raw_8_bit_fields_are_in_the_charset_of_the_body() -> None:
    raw = "Subject: Вопрос\nContent-Type: text/plain; charset=koi8-r\n\nВопрос".encode("koi8-r")
    assert (parse(raw).subject, parse(raw).text) == ("Вопрос", "Вопрос")


@pytest.mark.parametrize(
    ("raw", "subject", "text"),
    [
        (b"\n\nSubject: after blanks\n\nbody", "after blanks", "body"),
        (b"From mbox Mon Mar 4\nSubject: x\n\nbody", "x", "body"),
        (b"Subject: x\njunk without colon\nFrom: a@b.example\n\nbody", "x", "body"),
        (b"Subject: x\nThe blank line is missing\nhere\n", "x", "The blank line is missing\nhere"),
        (b"Subject : spaced\n\nbody", "spaced", "body"),
        (
            b"Content-Type: multipart/mixed; boundary=b\nSubject: x\n \n--b\nContent-Type: text/plain\n\nbody\n--b--",
            "x",
            "body",
        ),
        (b"Subject: a\n\tb\n c\n\nbody", "a\tb c", "body"),
        (b"Subject: x\rFrom: a@b.example\r\rbody", "x", "body"),
        (b"no header at all", "", "no header at all"),
        (b"", "", ""),
    ],
)
def test_odd_headers(raw: bytes, subject: str, text: str) -> None:
    mail = parse(raw)
    assert (mail.subject, mail.text) == (subject, text)
