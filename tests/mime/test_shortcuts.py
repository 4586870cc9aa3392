"""What is skipped because it cannot matter: each shortcut against the long way."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mime import bodies, bounce_text, dates, header, machine, params, quote_marks, quotes
from gateway.mime.bounce_words import SUBJECT
from gateway.mime.parse import parse
from gateway.mime.quote_words import ABOVE, FORWARDED, LABEL, MOMENT, OPENER, ORDINARY, ORDINARY_ASCII, ORIGINAL, WROTE
from gateway.mime.transfer import from_base64, size_of_base64
from models.types.mail import Mailbox
from tests.bench.letters import Letters

PATTERNS = {
    "FORWARDED": FORWARDED, "ORIGINAL": ORIGINAL, "ABOVE": ABOVE, "LABEL": LABEL, "MOMENT": MOMENT,
    "the end of an intro": quote_marks._ENDS, "a dashed intro": quote_marks._DASHED,
}  # fmt: skip
ONE_LINE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=60)


@pytest.mark.parametrize("name", PATTERNS)
@given(data=st.data())
def test_no_ordinary_line_matches_a_pattern(name: str, data: st.DataObject) -> None:
    line = data.draw(st.from_regex(PATTERNS[name]))
    if "\n" not in line and PATTERNS[name].match(line):
        assert not quotes.is_ordinary(line)


@given(
    st.text(st.characters(codec="ascii"), max_size=60) | st.from_regex(ORDINARY, alphabet=st.characters(codec="ascii"))
)
def test_an_ordinary_line_of_ascii_is_an_ordinary_line(line: str) -> None:
    assert bool(ORDINARY_ASCII.match(line)) == bool(ORDINARY.match(line))


@given(st.from_regex(FORWARDED))
def test_a_forward_mark_is_looked_for_where_it_may_be(line: str) -> None:
    if FORWARDED.match(line):
        assert quotes._may_forward(line)


@given(ONE_LINE)
def test_an_ordinary_line_is_what_the_long_way_takes(line: str) -> None:
    if quotes.is_ordinary(line):
        reader = quotes._Reader([line, "> x"], [False, False], html=False, forwarded=False)
        reader.written = True
        assert (reader._step(0), reader.kept) == (1, [line])


@given(st.one_of(ONE_LINE, st.tuples(ONE_LINE, st.sampled_from((":", "wrote:", "schrieb:"))).map("".join)))
def test_a_verb_at_the_end_is_a_verb(line: str) -> None:
    assert quote_marks._says_wrote(line) == (WROTE.search(line) is not None)


@given(st.from_regex(dates._USUAL))
def test_a_date_as_usual_is_what_the_long_way_reads(raw: bytes) -> None:
    assert dates.date(raw) == dates.date(raw.replace(b":", b" : "))


@given(ONE_LINE)
def test_an_intro_without_a_digit_has_no_moment(line: str) -> None:
    if OPENER.match(line) and not quote_marks._DIGIT.search(line):
        assert not MOMENT.search(line)


@given(st.one_of(st.from_regex(SUBJECT), st.from_regex(SUBJECT, alphabet=st.characters(codec="ascii")), ONE_LINE))
def test_subjects_of_bounces_are_found_by_their_stems(subject: str) -> None:
    assert bounce_text.subject_says_so(subject) == (SUBJECT.search(subject[:500]) is not None)


FIELD = st.tuples(
    st.sampled_from(("Subject", "to", "X-Long-Name", "Received", "Bad Name", "", "From a@b Mon")),
    st.sampled_from((":", " :", "", ":\t")),
    st.lists(st.text('ab:;= \t\r"\\é', max_size=12), min_size=1, max_size=3).map("\n ".join),
    st.sampled_from(("\n", "\r\n", "\n\n")),
).map("".join)


@given(st.lists(FIELD, max_size=8).map("".join), st.sampled_from(("\n", "\r\n", "")))
def test_a_sound_header_is_read_as_line_by_line(fields: str, end: str) -> None:
    content = f"{fields}{end}body: x\n\nmore".encode()
    found = re.search(rb"\n\r?\n", content)
    if content.startswith((b"\n", b"\r\n")) or found is None:
        return
    sound = header._sound_fields(content[: found.start()])
    if sound is not None:
        slow, body = header._read_lines(content, 0, len(content), found)
        assert (sound, found.end()) == (slow.fields, body)


VALUE = st.one_of(st.text("ab=_;?*'. ", max_size=8), st.text('ab;=*" \\', max_size=8).map('"{}"'.format))


@given(
    st.sampled_from(("text/plain", "multipart/mixed", "", 'a"b')),
    st.lists(st.tuples(st.sampled_from(("charset", "Name", "name*0", "name*", "a b", "")), VALUE), max_size=4),
    st.sampled_from((";", "; ", ";\t", " ; ")),
)
def test_sound_parameters_are_read_as_tolerantly(kind: str, pairs: list[tuple[str, str]], gap: str) -> None:
    raw = (kind + "".join(f"{gap}{name}={value}" for name, value in pairs)).encode()
    sound = params._read_sound(raw)
    assert sound is None or sound == params._read_tolerant(raw, "")


@given(st.binary(max_size=60) | st.text("AZaz09+/= \r\n", max_size=60).map(str.encode))
def test_the_size_of_base64_is_that_of_what_it_holds(data: bytes) -> None:
    assert size_of_base64(data) == len(from_base64(data))


ANSWERS = st.sampled_from(("", "x", "no", "auto-replied", "bulk", "list", "all", "yes", "0"))


@given(
    st.dictionaries(st.sampled_from(sorted(machine._TELLING)), ANSWERS, max_size=2),
    st.sampled_from(("Hello", "Out of office: away", "Auto: gone", "ooo soon")),
    st.sampled_from((None, "", "a@b.test")),
    st.booleans(),
    st.sampled_from(("mailer-daemon@a.test", "anna@a.test", "no-reply@a.test")),
)
def test_a_mail_without_telling_fields_is_judged_as_with_harmless_ones(
    fields: dict[str, str], subject: str, return_path: str | None, report: bool, address: str
) -> None:
    sender = (Mailbox("", address),)
    short = machine._by_subject(sender, subject, return_path, report=report)
    harmless = header.Header({"x-loop-not": [b"x"], "auto-submitted": [b""]})
    long = machine.judge(harmless, sender=sender, subject=subject, return_path=return_path, report=report, loop_tag="")
    assert short == long
    told = machine.judge(
        header.Header({name: [value.encode()] for name, value in fields.items()}),
        sender=sender, subject=subject, return_path=return_path, report=report, loop_tag="",
    )  # fmt: skip
    assert fields or told == short


def test_letters_read_the_same_with_every_shortcut_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    letters = list(Letters(seed=7)(300))
    quick = [parse(letter) for letter in letters]
    monkeypatch.setattr(quotes, "is_ordinary", lambda line: False)
    monkeypatch.setattr(quotes, "_may_forward", lambda line: True)
    monkeypatch.setattr(bodies, "_unread_html", lambda part: None)
    monkeypatch.setattr(header, "_sound_fields", lambda head: None)
    monkeypatch.setattr(params, "_read_sound", lambda raw: None)
    monkeypatch.setattr(bounce_text, "SUBJECT_STEMS", ("",))
    monkeypatch.setattr(machine, "_TELLING", frozenset({"subject"}))
    params._read_again.cache_clear()
    assert [parse(letter) for letter in letters] == quick
