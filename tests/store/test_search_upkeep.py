"""The search index is put together in steps, and finds what it found before."""

from itertools import count

from models.store import search_upkeep
from models.store.database import Database
from models.store.plain import Reader
from models.store.search import hits
from tests.store.world import World

PIECES = "SELECT count(DISTINCT segid) AS n FROM message_search_idx"


def found(reader: Reader, search: str) -> list[int]:
    source, facts = hits(reader, search)
    return sorted(row["id"] for row in reader.rows(f"SELECT r.id FROM {source}", **facts))


def pieces(reader: Reader) -> int:
    row = reader.one(PIECES)
    return row["n"] if row else 0


def test_every_commit_adds_a_piece_and_steps_put_them_together(
    database: Database, reader: Reader, world: World
) -> None:
    records = [world.record(f"Record word{number}") for number in range(3)]
    for number in range(6):  # a commit each
        world.message(records[number % 3], f"common text{number} " + " ".join(f"x{number}y{n}" for n in range(200)))
    searches = ["common", "text4 ", "text", "word2", "x3y", "nothing"]
    before = [found(reader, search) for search in searches]
    many = pieces(reader) if reader.sqlite else 0
    steps = next(number for number in count() if not database.write(search_upkeep.merge))
    assert [found(reader, search) for search in searches] == before
    assert before[0] == records
    if reader.sqlite:
        assert (many > 2, pieces(reader) <= 2, steps > 0) == (True, True, True)
    assert not database.write(search_upkeep.merge), "what is together stays together"


def test_what_comes_later_is_found_too(database: Database, reader: Reader, world: World) -> None:
    record = world.record()
    world.message(record, "early")
    while database.write(search_upkeep.merge):
        pass
    world.message(record, "late")
    assert found(reader, "early") == found(reader, "late") == [record]
