"""Placeholders: the known ones are filled once, others are refused, and nothing is reached through them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.template import PLACEHOLDERS, fill, person, problem

VALUES = {"customer": "Eve", "number": "#1001", "agent": "Anna", "brand": "Night"}


def test_the_known_ones_are_filled() -> None:
    text = "Hello {customer}, {number} is with {agent} of {brand}. {customer}!"
    assert problem(text) == ""
    assert fill(text, VALUES) == "Hello Eve, #1001 is with Anna of Night. Eve!"


@pytest.mark.parametrize(
    "text",
    [
        "{name}",
        "{customer.__class__}",
        "{customer!r}",
        "{customer:>99999999}",
        "{0}",
        "{}",
        "{ customer }",
        "{Customer}",
    ],
)
def test_others_are_refused_when_saved_and_left_alone_when_filled(text: str) -> None:
    assert "no placeholder" in problem(text)
    assert fill(text, VALUES) == text


@pytest.mark.parametrize("text", ["", " \n ", "x" * 10_001, "a\x00b", "a\x1b[31m", "a\udc80"])
def test_no_text_at_all(text: str) -> None:
    assert problem(text)


def test_a_lone_brace_is_a_brace() -> None:
    text = "smile :-} or {\n}"
    assert (problem(text), fill(text, VALUES)) == ("", text)


@given(st.text(max_size=80), st.sampled_from(PLACEHOLDERS))
def test_a_value_is_never_read_as_a_template(value: str, name: str) -> None:
    filled = fill(f"<{{{name}}}>", {**VALUES, name: "{agent}" + value})
    assert filled.startswith("<{agent}")
    assert "\n" not in filled
    assert len(filled) <= 62


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Eve Adams", "Eve Adams"),
        ("", "eve@x.test"),
        ("Win at http://evil.test", "eve@x.test"),
        ("visit WWW.evil.test", "eve@x.test"),
        ("boss@bank.test", "eve@x.test"),
        ("x" * 61, "eve@x.test"),
    ],
)
def test_a_name_that_advertises_is_no_name(name: str, called: str) -> None:
    assert person(name, "eve@x.test") == called
