"""Mailbox names on the wire."""

import pytest

from gateway.transports.mailbox_name import quote_mailbox


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
