"""An SPF policy read with all it includes: tables of answers in, counts and words out."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules import spf
from models.rules.spf_senders import includes_for
from models.types.dns import Answer, Answers, Asked, Question

GONE, EMPTY = Answer(Asked.NO_NAME), Answer(Asked.NOTHING)


def world(**names: object) -> Answers:
    """``a_b="v=spf1"``: TXT of a.b; ``A_host=...``: addresses; None: no such name."""
    answers: Answers = {}
    for name, said in names.items():
        kind, _, rest = name.partition("__")
        values = (said,) if isinstance(said, str) else said
        answer = GONE if values is None else Answer(Asked.FOUND, tuple(values))  # type: ignore[arg-type]
        answers[Question(rest.replace("_", "."), kind)] = answer
    return answers


def walked(answers: Answers) -> spf.Survey:
    """Answer every question that is not in the table with "no such name"."""
    known = dict(answers)
    for _ in range(100):
        found = spf.survey("d.test", known)
        if not found.needs:
            return found
        known |= dict.fromkeys(found.needs, GONE)
    raise AssertionError("it asks for ever")


@pytest.mark.parametrize(
    ("record", "lookups", "voids", "last"),
    [
        ("v=spf1 -all", 0, 0, "-"),
        ("V=SPF1 ~all", 0, 0, "~"),
        ("v=spf1", 0, 0, ""),
        ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ?all", 0, 0, "?"),
        ("v=spf1 a:gone.test a:gone2.test/24 exists:%{i}.x.test -all", 3, 2, "-"),
        ("v=spf1 mx -all", 1, 1, "-"),
        ("v=spf1 ptr all", 1, 0, "+"),
        ("v=spf1 -all include:never.test a", 0, 0, "-"),
        ("v=spf1 exp=why.test unknown=x ~all", 0, 0, "~"),
    ],
)
def test_terms_cost_what_they_ask(record: str, lookups: int, voids: int, last: str) -> None:
    found = walked(world(TXT__d_test=record))
    assert (found.lookups, found.voids, found.last, found.problems) == (lookups, voids, last, [])


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("v=spf1 ip4:300.1.1.1 -all", "no network"),
        ("v=spf1 ip4:2001:db8::1 -all", "no network"),
        ("v=spf1 ip6:192.0.2.1 -all", "no network"),
        ("v=spf1 ip4 -all", "no network"),
        ("v=spf1 inlcude:x.test -all", "is no SPF term"),
        ("v=spf1 \x1b[2J -all", "is no SPF term"),
        ("v=spf1 include: -all", "is no domain"),
        ("v=spf1 include:d.test -all", "includes itself"),
        ("v=spf1 redirect=d.test", "redirects to itself"),
        ("v=spf1 include:gone.test -all", "which has no SPF record"),
        ("v=spf1 exists -all", "names nothing"),
        ("v=spf1 a:h.test/99 -all", "no length of a network"),
    ],
)
def test_what_breaks_a_policy_is_named(record: str, words: str) -> None:
    found = walked(world(TXT__d_test=record, A__h_test="192.0.2.7"))
    assert any(words in problem for problem in found.problems), found.problems


def test_includes_are_walked_and_counted_at_any_depth() -> None:
    found = walked(
        world(
            TXT__d_test="v=spf1 include:a.test ?include:b.test ~all",
            TXT__a_test="v=spf1 include:c.test ip4:192.0.2.0/28 -all",
            TXT__b_test="v=spf1 ip4:198.51.100.0/24 -all",
            TXT__c_test="v=spf1 a:h.test mx:h.test ~all",
            A__h_test="203.0.113.9",
            MX__h_test="10 m.test",
            A__m_test=("203.0.113.10",),
        )
    )
    assert found.lookups == 5
    assert found.includes == {"a.test", "c.test"}, "what is included as neutral lets nobody send"
    assert found.covers("203.0.113.9")
    assert found.covers("203.0.113.10")
    assert found.covers("192.0.2.15")
    assert not found.covers("198.51.100.1")
    assert found.last == "~"


def test_loops_over_others_end() -> None:
    found = walked(
        world(TXT__d_test="v=spf1 include:a.test -all", TXT__a_test="v=spf1 include:b.test -all",
              TXT__b_test="v=spf1 include:a.test -all")
    )  # fmt: skip
    assert found.problems == ["a.test includes itself"]


def test_a_redirect_stands_for_the_record() -> None:
    found = walked(world(TXT__d_test="v=spf1 redirect=a.test", TXT__a_test="v=spf1 ip4:192.0.2.1 -all"))
    assert (found.lookups, found.last, found.networks) == (1, "-", [ip_network("192.0.2.1")])


def test_two_records_are_seen_and_other_texts_are_not() -> None:
    found = walked(world(TXT__d_test=("v=spf1 -all", "v=spf10 x", "google-site-verification=1", "v=spf1 a -all")))
    assert len(found.records) == 2
    nested = walked(world(TXT__d_test="v=spf1 include:a.test -all", TXT__a_test=("v=spf1 -all", "v=spf1 ~all")))
    assert nested.problems == ["d.test includes a.test, which has 2 SPF records"]


def test_what_nobody_answers_is_unreachable_and_no_problem() -> None:
    silent = Answer(Asked.UNREACHABLE, why="SERVFAIL")
    answers = world(TXT__d_test="v=spf1 include:a.test a:h.test -all")
    answers |= {Question("a.test", "TXT"): silent, Question("h.test", "A"): silent, Question("h.test", "AAAA"): EMPTY}
    found = spf.survey("d.test", answers)
    assert not found.needs
    assert not found.problems
    assert found.voids == 0
    assert len(found.unreachable) == 2


def test_a_policy_that_includes_the_world_is_not_followed_to_its_end() -> None:
    wide = "v=spf1 " + " ".join(f"include:n{one}.test" for one in range(50)) + " -all"
    answers = world(TXT__d_test=wide) | {
        Question(f"n{one}.test", "TXT"): Answer(Asked.FOUND, (wide.replace("n", f"m{one}x"),)) for one in range(50)
    }
    found = walked(answers)
    assert found.lookups > spf.MOST_LOOKUPS
    assert found.lookups < 3000


@given(st.lists(st.text(max_size=60), max_size=8), st.lists(st.text(max_size=40), max_size=4))
def test_any_text_is_survived(words: list[str], others: list[str]) -> None:
    answers: Answers = {Question("d.test", "TXT"): Answer(Asked.FOUND, (f"v=spf1 {' '.join(words)}", *others))}
    found = walked(answers)
    assert found.lookups <= 200


def test_providers_are_known_by_their_servers() -> None:
    assert includes_for("smtp.gmail.com") == ("_spf.google.com",)
    assert includes_for("email-smtp.eu-west-1.amazonaws.com.") == ("amazonses.com",)
    assert includes_for("mail.example.org") == ()
    assert includes_for("evilsmtp.gmail.com") == ()
