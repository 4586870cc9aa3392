"""The sender's journal: what a dead process left is read as it happened, what cannot be known is not claimed."""

import json
import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.workers import journal
from gateway.workers.journal import Journal
from models.types.errors import DatabaseError
from models.types.outbox import Accepted, Claim, Deferred, Outcome, Phase, Reason, Refused, Unknown

OUTCOMES: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Accepted, st.text()),
    st.builds(
        Deferred,
        st.sampled_from(Reason),
        st.sampled_from(Phase),
        st.text(),
        st.none() | st.integers(400, 599),
        st.text(),
        st.booleans(),
    ),
    st.builds(Refused, st.sampled_from(Reason), st.sampled_from(Phase), st.text(), st.none() | st.integers(400, 599)),
    st.builds(Unknown, st.text()),
)


def claim(number: int, spent_at: datetime | None = None) -> Claim:
    return Claim(
        delivery_id=number,
        message_id=0,
        record_id=None,
        account_id=3,
        fence=7,
        attempt=2,
        envelope_from="",
        envelope_to="",
        made=True,
        spent_at=spent_at,
    )


def dies(one: Journal) -> None:
    """End it as SIGKILL does: the lock goes, the file stays."""
    one._open.add(-1)
    one.close()


def fates(place: Path) -> list[tuple[Claim, Outcome | None]]:
    with journal.left(place) as found:
        return [fate for one in found for fate in one.fates]


def test_each_copy_is_as_far_as_it_came(tmp_path: Path) -> None:
    one = Journal(tmp_path)
    first, second, third = claim(1), claim(2, datetime(2026, 11, 22, 8, tzinfo=UTC)), claim(3)
    one.begin([first, second, third])
    one.dot(first)
    one.ended(first, Accepted("2.0.0 ok"))
    one.dot(second)
    assert fates(tmp_path) == [], "it lives"
    dies(one)
    assert fates(tmp_path) == [
        (first, Accepted("2.0.0 ok")),
        (second, Unknown("The program ended while the server's answer was awaited.")),
        (third, None),
    ]


def test_a_turn_forgets_the_one_before(tmp_path: Path) -> None:
    one = Journal(tmp_path)
    one.begin([claim(1)])
    one.dot(claim(1))
    one.begin([claim(2)])
    dies(one)
    assert fates(tmp_path) == [(claim(2), None)]


@given(outcome=OUTCOMES)
def test_every_outcome_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, outcome: Outcome) -> None:
    place = tmp_path_factory.mktemp("journal")
    one = Journal(place)
    one.begin([claim(1)])
    one.ended(claim(1), outcome)
    dies(one)
    assert fates(place) == [(claim(1), outcome)]


@pytest.mark.parametrize("settled", [True, False])
def test_it_stays_as_long_as_the_database_does_not_know(tmp_path: Path, settled: bool) -> None:
    one = Journal(tmp_path)
    one.begin([claim(1)])
    one.ended(claim(1), Accepted("250"))
    if settled:
        one.settled([1])
    one.close()
    assert bool(list(tmp_path.iterdir())) is not settled


def test_a_line_a_crash_cut_says_nothing(tmp_path: Path) -> None:
    one = Journal(tmp_path)
    one.begin([claim(1), claim(2)])
    one.dot(claim(1))
    one.dot(claim(2))
    dies(one)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-3])
    assert [outcome is None for _, outcome in fates(tmp_path)] == [False, True]


def test_half_a_line_in_the_middle_makes_all_of_it_unknown(tmp_path: Path) -> None:
    one = Journal(tmp_path)
    one.begin([claim(1)])
    (path,) = tmp_path.iterdir()
    with path.open("a") as file:
        file.write('{"do')
    one.dot(claim(1))
    dies(one)
    assert fates(tmp_path) == []


@pytest.mark.parametrize(("name", "known", "removed"), [("boot", [], True), ("host", [], False)])
def test_what_another_boot_or_machine_wrote_is_not_believed(
    tmp_path: Path, name: str, known: list[object], removed: bool
) -> None:
    one = Journal(tmp_path)
    one.begin([claim(1)])
    dies(one)
    (path,) = tmp_path.iterdir()
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: "another"}) + "\n")
    with journal.left(tmp_path) as found:
        assert [one.path for one in found] == ([path] if removed else []), "another machine's is left alone"
        assert [fate for one in found for fate in one.fates] == known


def test_without_room_for_its_line_no_dot_goes_out(tmp_path: Path) -> None:
    one = Journal(tmp_path)
    one.begin([claim(1), claim(2)])
    one.dot(claim(1))
    (path,) = tmp_path.iterdir()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
    try:
        with pytest.raises(DatabaseError, match="journal cannot be written"):
            one.dot(claim(2))
        one.ended(claim(1), Accepted("250"))  # too late to refuse: it is left out
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    dies(one)
    assert [type(outcome) for _, outcome in fates(tmp_path)] == [Unknown, type(None)]


def test_an_empty_file_is_nobodys(tmp_path: Path) -> None:
    """A process that died before its first turn."""
    (tmp_path / "1-ab.jsonl").touch()
    with journal.left(tmp_path) as found:
        assert [one.fates for one in found] == [()]
