"""Whose mail is taken at the door."""

import pytest

from models.rules import tokens
from models.rules.reception import receive
from models.types.reception import Reception

KEY = b"k" * 32
OWN = frozenset({"support@desk.test", "bounce@desk.test", "info@mail.test"})
TAKEN, UNKNOWN, FOREIGN, UNUSABLE = Reception.TAKEN, Reception.UNKNOWN, Reception.FOREIGN, Reception.UNUSABLE


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("support@desk.test", TAKEN),
        ("Support@DESK.test", TAKEN),
        ("support+anything@desk.test", TAKEN),
        (tokens.reply_address(KEY, "support@desk.test", record_id=7, message_id=9, recipient="a@b.test"), TAKEN),
        (tokens.envelope_sender(KEY, "bounce@desk.test", 5), TAKEN),
        ("info@mail.test", TAKEN),  # our address at a domain that is not ours
        ("other@mail.test", FOREIGN),
        ("anyone@open.test", TAKEN),
        ("nobody@desk.test", UNKNOWN),
        ("nobody+support@desk.test", UNKNOWN),
        ("support@evil.desk.test", FOREIGN),
        ("support@desk.test@evil.test", UNUSABLE),
        ("support%desk.test@evil.test", FOREIGN),  # the old source route
        ("@evil.test:support@desk.test", UNUSABLE),
        ("postmaster@desk.test", TAKEN),
        ("Postmaster", TAKEN),
        ("postmaster@evil.test", FOREIGN),
        ("support", UNUSABLE),
        ("", UNUSABLE),
        ("<>", UNUSABLE),
        ("support@desk.test\r\nx@evil.test", UNUSABLE),
    ],
)
def test_recipients(address: str, expected: Reception) -> None:
    assert receive(address, own=OWN, domains={"desk.test", "open.test"}, catchalls={"open.test"}) is expected
