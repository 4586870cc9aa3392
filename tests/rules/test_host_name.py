"""Names of servers in the one form they are looked up, compared and shown in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.host_name import host_name


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("Mail.Example.ORG.", "mail.example.org"), (" mx1 ", "mx1"), ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"), ("[::1]", "::1"), ("2001:DB8::1", "2001:db8::1"),
        ("bücher.example", "xn--bcher-kva.example"), ("mаil.test", "xn--mil-6cd.test"), ("例え.jp", "xn--r8jz45g.jp"),
        ("mx_1.example.org", "mx_1.example.org"),
        ("", ""), (".", ""), ("a..b", ""), ("-a.test", ""), ("a-.test", ""), ("a b", ""), ("a@b", ""), ("a/b", ""),
        ("a:25", ""), ("1.2.3", ""), ("256.1.1.1", ""), ("[127.0.0.1", ""), ("::1]", ""), ("a" * 64, ""),
        ("\x1b[2J", ""), ("a\r\nb", ""), ("a\u202eb.test", ""), ("*.example.org", ""),
    ],
)  # fmt: skip
def test_names(typed: str, form: str) -> None:
    assert host_name(typed) == form


@given(st.text(max_size=80))
def test_whatever_is_typed_the_form_is_plain_and_stays(typed: str) -> None:
    form = host_name(typed)
    assert form.isascii()
    assert form.isprintable()
    assert not set(form) & set(" @/\\\"'<>[]()|;&$`%\r\n\t")
    assert host_name(form) == form
