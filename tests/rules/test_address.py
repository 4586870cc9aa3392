import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules import address


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Anna@Customer.EXAMPLE", "anna@customer.example"),
        ("  anna@customer.example\t", "anna@customer.example"),
        ("<anna@customer.example>", "anna@customer.example"),
        ("anna@customer.example.", "anna@customer.example"),
        ("anna@exämple.de", "anna@xn--exmple-cua.de"),
        ("anna@EXÄMPLE.de", "anna@xn--exmple-cua.de"),
        ("anna@XN--EXMPLE-CUA.de", "anna@xn--exmple-cua.de"),
        ("JÖRG@example.org", "jörg@example.org"),
        ("jo\u0308rg@example.org", "j\u00f6rg@example.org"),  # decomposed and composed are one address
        ("STRASSE@example.org", "strasse@example.org"),
        ("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"),
        ('"a b"@example.org', '"a b"@example.org'),
        ('"a@b"@example.org', '"a@b"@example.org'),
        ("anna@[192.0.2.1]", "anna@[192.0.2.1]"),
        ("root@localhost", "root@localhost"),
        ("a+tag@example.org", "a+tag@example.org"),
    ],
)
def test_one_form_for_one_address(written: str, normal: str) -> None:
    assert address.normal(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "an na@example.org",
        "anna@exam ple.org",
        "anna@example..org",
        "anna@-/example",
        "anna\r\n@example.org",
        "anna\x00@example.org",
        "anna\u202e@example.org",
        "anna,bob@example.org",
        "a@b@example.org",
        "x" * 65 + "@example.org",
        "anna@" + "a" * 64 + ".org",
        "anna@" + "ab." * 100 + "org",
        "anna@ex\u2028ample.org",
        "anna@[not-an-address]",
        '"a\r\nb"@example.org',
    ],
)
def test_what_is_no_address_is_empty(written: str) -> None:
    assert address.normal(written) == ""
    assert address.domain(written) == address.local(written) == address.plus_stripped(written) == ""


@pytest.mark.parametrize(
    ("written", "local", "domain", "stripped"),
    [
        ("Support+R2s.3K@Desk.Test", "support+r2s.3k", "desk.test", "support@desk.test"),
        ("a+b+c@desk.test", "a+b+c", "desk.test", "a@desk.test"),
        ("plain@desk.test", "plain", "desk.test", "plain@desk.test"),
        ("+tag@desk.test", "+tag", "desk.test", "+tag@desk.test"),
    ],
)
def test_the_parts(written: str, local: str, domain: str, stripped: str) -> None:
    assert (address.local(written), address.domain(written), address.plus_stripped(written)) == (
        local,
        domain,
        stripped,
    )


@given(st.text(max_size=80) | st.emails())
def test_normal_is_stable_and_never_raises(written: str) -> None:
    once = address.normal(written)
    assert address.normal(once) == once
    assert not set(once) & set("\r\n\0<>\t")
    assert once == "" or (address.local(once) and address.domain(once).isascii())


@given(st.emails())
def test_case_never_tells_addresses_apart(written: str) -> None:
    assert address.normal(written.upper()) == address.normal(written.lower())


@given(st.emails() | st.from_regex(r"[A-Za-z0-9.+_\"-]{0,70}@?[A-Za-z0-9._-]{0,70}", fullmatch=True))
def test_the_quick_way_and_the_thorough_way_agree(written: str) -> None:
    assert address.normal(written) == address.normal(f" {written}")
