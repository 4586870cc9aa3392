import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.store import search as search_module
from models.store.counts import counts
from models.store.plain import Reader
from models.store.search import hits
from models.store.window import bottom, window
from models.types.record import Need, View
from tests.store.world import NOW, World


def found_ids(reader: Reader, search: str) -> list[int]:
    source, facts = hits(reader, search)
    return sorted(row["id"] for row in reader.rows(f"SELECT r.id FROM {source}", **facts))


@pytest.fixture
def coffee(world: World) -> int:
    record = world.record("Kaffeemaschine läuft aus")
    world.message(record, "Guten Tag,\nes gab einen Wasserschaden; bitte an anna.muster@example.org antworten. 3,50 €")
    other = world.record("Rechnung 4711")
    world.message(other, "Tag auch", subject="Rechnung", author_name="Żółć", author_address="z@example.net")
    return record


@pytest.mark.parametrize(
    "search",
    [
        "wasserschaden",
        "WASSERSCHADEN",
        "wassersch",
        "lauft",
        "läuft",
        "LÄUFT aus",
        "guten wasser",
        "muster",
        "anna.muster@example.org",
        "muster@example",
        '"wasserschaden"',
        "wasserschaden;",
        "(wasserschaden",
        "3,50",
        "#1001",
        "1001",
        "wasserschaden \x00",
    ],
)
def test_found(reader: Reader, coffee: int, search: str) -> None:
    assert found_ids(reader, search) == [coffee]


@pytest.mark.parametrize("search", ["common", "comm", "common "])
def test_a_record_is_found_once_however_many_of_its_messages_match(reader: Reader, world: World, search: str) -> None:
    record = world.record()
    for number in range(3):
        world.message(record, f"common {number}")
    assert [row.id for row in window(reader, View.OPEN, agent_id=1, now=NOW, search=search)] == [record]
    assert counts(reader, View.OPEN, agent_id=1, search=search)[1] == 1


@pytest.mark.parametrize(
    "search",
    [
        "schaden",  # the middle of a word
        "wasser bitte",  # only the last word may be unfinished
        "wassersch ",  # the space finishes it
        "wasserschaden OR rechnung",  # syntax of the index is just words
        "wasserschaden NOT rechnung",
        "text:wasserschaden",
        "NEAR(guten tag)",
        "tag.guten",  # parts of one typed word stand next to each other, in this order
        "%",
        "_",
        "*",
        '"',
        "') OR 1=1--",
        "#9999999999",
        "#1003",
        "-",
    ],
)
def test_words_are_literal(reader: Reader, coffee: int, search: str) -> None:
    assert found_ids(reader, search) == []


def test_letters_beyond_ascii_fold(reader: Reader, coffee: int) -> None:
    assert found_ids(reader, "zołc") == found_ids(reader, "ŻÓŁĆ") == [coffee + 1]


def test_a_text_that_changed_is_found_by_its_new_words(reader: Reader, world: World, coffee: int) -> None:
    from sqlalchemy import text

    with world.database.writing() as session:
        session.execute(text("UPDATE record SET title = 'Teemaschine'"))
        session.execute(text("UPDATE message SET text = 'Brandschaden'"))
    assert found_ids(reader, "wasserschaden") == []
    assert found_ids(reader, "läuft") == []
    assert found_ids(reader, "brandschaden") == [coffee, coffee + 1]
    assert found_ids(reader, "teemaschine") == [coffee, coffee + 1]


def test_a_search_narrows_a_view(reader: Reader, world: World) -> None:
    waiting = [world.record(f"Lieferung {number}", Need.WAITING, minutes=number) for number in range(5)]
    needing = [world.record(f"Lieferung {number}", minutes=number) for number in range(3)]
    done = world.record("Lieferung", Need.DONE)
    world.record("Anderes")
    order = [*needing, *waiting]
    page = window(reader, View.OPEN, agent_id=world.me, now=NOW, search="lieferung", limit=5)
    assert [row.id for row in page] == order[:5]
    rest = window(reader, View.OPEN, agent_id=world.me, now=NOW, search="lieferung", after=page[-1].place)
    assert [row.id for row in rest] == order[5:]
    above = window(reader, View.OPEN, agent_id=world.me, now=NOW, search="lieferung", before=rest[0].place, limit=2)
    assert [row.id for row in above] == order[3:5]
    last = bottom(reader, View.OPEN, agent_id=world.me, now=NOW, search="lieferung", limit=3)
    assert [row.id for row in last] == order[5:]
    assert [row.id for row in window(reader, View.DONE, agent_id=world.me, now=NOW, search="lief")] == [done]
    every, shown = counts(reader, View.NEEDS_US, agent_id=world.me, search="lieferung")
    assert (every.needs_us, every.open, every.done, shown) == (4, 9, 1, 3)


def test_of_very_many_hits_the_newest_count(reader: Reader, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "DEPTH", 2)
    records = [world.record("Titel") for _ in range(4)]
    for record in records:
        world.message(record, "überall")
    assert found_ids(reader, "überall") == records[2:]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(search=st.text() | st.text(alphabet="\"'*()#-+^:&|!<>\\ aA1\x00ä"))
def test_anything_may_be_typed(reader: Reader, coffee: int, search: str) -> None:
    found_ids(reader, search)


@pytest.mark.parametrize("search", ["a" * 1_000_000, "a " * 500_000, '"' * 1_000_000, "ﷺ" * 1_000_000, "a-" * 500_000])
def test_a_megabyte_may_be_pasted(reader: Reader, coffee: int, search: str) -> None:
    found_ids(reader, search)


@pytest.mark.parametrize("text", ["wort " * 400_000, "ﷺ" * 300_000, "".join(map(chr, range(0x4E00, 0x9FFF))) * 10])
def test_any_text_can_be_indexed(reader: Reader, world: World, text: str) -> None:
    record = world.record()
    world.message(record, text, subject="Unteilbar")
    assert found_ids(reader, "unteilbar") == [record]
