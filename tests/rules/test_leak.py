"""When a text repeats a note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.leak import SHORTEST, repeats_note

NOTE = "Careful: he never pays on time.\nok"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Careful: he never pays on time.", True),
        ("Hello,\n>> careful:  he never\n>> PAYS on time.\nBye", True),
        ("Hello\n| Careful: he never pays on time.", True),
        ("ok", False),
        ("He pays on time.", False),
        ("", False),
    ],
)
def test_quoted_folded_or_retyped_it_is_found(text: str, expected: bool) -> None:
    assert repeats_note(text, [NOTE]) is expected


@given(
    note=st.text("abcdefgh ", min_size=SHORTEST).filter(lambda text: len(" ".join(text.split())) >= SHORTEST),
    before=st.text("xyz \n"),
    after=st.text("xyz \n"),
)
def test_a_note_inside_any_text_is_found(note: str, before: str, after: str) -> None:
    assert repeats_note(f"{before}\n{note}\n{after}", [note])
