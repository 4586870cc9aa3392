import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.threading import MOST_CHARACTERS, references, reply_subject

IDS = st.text("abcxyz0123456789.$", min_size=1, max_size=120).map(lambda text: f"<{text}@x.example>")


@pytest.mark.parametrize(
    ("thread", "answered", "expected"),
    [
        ((), "<a@x>", ("<a@x>",)),
        (("<a@x>", "<b@x>"), "<b@x>", ("<a@x>", "<b@x>")),
        (("<a@x>", "<b@x>"), "<a@x>", ("<b@x>", "<a@x>")),
        (("<a@x>",), "", ("<a@x>",)),
        ((), "", ()),
        (("not an id", "<a b@x>", "<a@x>\r\nBcc: y", "<" + "l" * 300 + "@x>"), "<b@x>", ("<b@x>",)),
    ],
)
def test_references(thread: tuple[str, ...], answered: str, expected: tuple[str, ...]) -> None:
    assert references(thread, answered) == expected


@given(st.lists(IDS, max_size=200), IDS)
def test_the_first_and_the_newest_fit(thread: list[str], answered: str) -> None:
    kept = references(thread, answered)
    whole = list(dict.fromkeys([i for i in thread if i != answered] + [answered]))
    assert len(" ".join(kept)) <= MOST_CHARACTERS
    assert len(kept) == len(set(kept))
    assert kept[-1] == answered
    assert set(kept) <= {*thread, answered}
    if len(" ".join(whole)) <= MOST_CHARACTERS:
        assert set(kept) == set(whole)


def test_of_a_long_thread_the_first_and_the_newest_stay() -> None:
    thread = [f"<{number}@x.example>" for number in range(1000)]
    kept = references(thread, "<answered@x.example>")
    assert kept[0] == thread[0]
    assert kept[1:] == (*thread[1000 - len(kept) + 2 :], "<answered@x.example>")
    assert len(" ".join(kept)) > MOST_CHARACTERS - 50


@pytest.mark.parametrize("length", range(20, 60))
def test_the_header_is_filled_and_never_too_long(length: int) -> None:
    thread = [f"<{number:0{length - 4}}@x>" for number in range(100)]
    size = len(" ".join(references(thread, thread[-1])))
    assert MOST_CHARACTERS - length <= size + 1 <= MOST_CHARACTERS + 1


@pytest.mark.parametrize(
    ("subject", "number", "expected"),
    [
        ("Printer", 1001, "Re: Printer [#1001]"),
        ("Re: Printer [#1001]", 1001, "Re: Printer [#1001]"),
        ("RE: re: AW: Printer", None, "Re: Printer"),
        ("Re[2]: Printer", None, "Re: Printer"),
        ("SV: Antw: Printer", None, "Re: Printer"),
        ("回复：打印机", None, "Re: 打印机"),
        ("Fwd: Printer", None, "Re: Fwd: Printer"),
        ("Return of goods", None, "Re: Return of goods"),
        ("Re:Printer", 7, "Re: Printer [#7]"),
        ("", 7, "Re: [#7]"),
        ("", None, "Re:"),
        ("a\r\nBcc: eve@stranger.example", None, "Re: a Bcc: eve@stranger.example"),
        ("a\u2028b\x00c\x85d", None, "Re: a b c d"),
        ("Printer [#1002]", 1001, "Re: Printer [#1002] [#1001]"),
    ],
)
def test_the_subject_of_an_answer(subject: str, number: int | None, expected: str) -> None:
    assert reply_subject(subject, number) == expected


@given(st.text(max_size=200), st.none() | st.integers(1, 10**6))
def test_an_answers_subject_is_one_line_and_stays_as_it_is(subject: str, number: int | None) -> None:
    once = reply_subject(subject, number)
    assert len(once.splitlines()) == 1
    assert once.startswith("Re:")
    assert reply_subject(once, number) == once
