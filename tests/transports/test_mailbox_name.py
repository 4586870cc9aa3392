"""Mailbox names on the wire."""

import pytest

from gateway.transports.mailbox_name import list_names, quote_mailbox, read_mailbox


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("INBOX", '"INBOX"'),
        ("Sent Items", '"Sent Items"'),
        ("A&B", '"A&-B"'),
        ("Entwürfe", '"Entw&APw-rfe"'),
        ("~peter/mail/台北/日本語", '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'),  # RFC 3501 5.1.3
        ('quo"te\\', '"quo\\"te\\\\"'),
        ("x\r\nA1 DELETE INBOX", '"x&AA0ACg-A1 DELETE INBOX"'),
        ("😀", '"&2D3eAA-"'),
    ],
)
def test_names(name: str, wire: str) -> None:
    assert quote_mailbox(name) == wire


@pytest.mark.parametrize("name", ["INBOX", "Entwürfe & Co", "日本語", 'a "quoted" \\ one', "&", "📥"])
def test_a_name_comes_back_from_a_listing(name: str) -> None:
    wire = quote_mailbox(name).encode()
    assert list_names([b'LIST (\\HasNoChildren) "/" ' + wire]) == (name,)
    literal = bytearray(quote_mailbox(name)[1:-1].replace('\\"', '"').replace("\\\\", "\\").encode())
    assert list_names([b"LIST () NIL {%d}" % len(literal), literal, b""]) == (name,)


def test_a_listing_of_other_things() -> None:
    lines = [b'LIST (\\NoSelect) "/" Archive', b'LIST (\\Junk) "." Spam', b"FLAGS (\\Seen)", b"LIST nonsense"]
    assert list_names(lines) == ("Spam",)
    assert read_mailbox("broken &A- &!!-") == "broken &A- &!!-"
