"""Many values asked for by one parameter, on both databases."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import ColumnElement, insert, or_, select
from sqlmodel import Session

from models.store.among import among, given, rows
from models.store.database import Database
from models.tables.all import metadata

CONTACT = metadata.tables["contact"]
NAMES = ("a@x.test", "b'\"\\@x.test", "ü😀@x.test", "d,e]@x.test")


@pytest.fixture
def people(database: Database) -> Database:
    made = [
        {"email": email, "name": email[:1], "undeliverable": "", "created_at": datetime.now(UTC)} for email in NAMES
    ]
    database.write(lambda session: session.execute(insert(CONTACT), made))
    return database


def found(session: Session, values: list[str]) -> set[str]:
    return {row.email for row in rows(session, select(CONTACT.c.email).where(among(CONTACT.c.email)), values)}


@pytest.mark.parametrize("wanted", [[], [NAMES[0]], list(NAMES), [NAMES[2], "nobody@x.test", NAMES[2]]])
def test_what_is_among_the_values_is_found_whatever_is_written_in_them(people: Database, wanted: list[str]) -> None:
    assert people.read(found, wanted) == set(wanted) & set(NAMES)


def test_thousands_of_values_and_two_columns_take_one_statement(people: Database) -> None:
    statement = select(CONTACT.c.id).where(or_(among(CONTACT.c.email), among(CONTACT.c.name)))
    wanted = [f"{n}@y.test" for n in range(5_000)] + [NAMES[1], "a"]
    assert len(people.read(rows, statement, wanted)) == 2


@pytest.mark.parametrize("column", [CONTACT.c.id, CONTACT.c.email], ids=str)
def test_an_index_finds_them(people: Database, column: ColumnElement[Any]) -> None:
    said = str(select(CONTACT.c.name).where(among(column)).compile(people.engine))
    assert "= 1" not in said, "no index serves the truth of a comparison"
    if people.engine.dialect.name == "sqlite":
        plan = people.read(planned, said)
        assert any("SEARCH contact USING" in row[-1] for row in plan), plan


def planned(session: Session, statement: str) -> Sequence[Any]:
    return session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", ("[1]",)).all()


def test_a_list_is_one_value_of_the_driver(people: Database) -> None:
    statement = select(CONTACT.c.email).where(among(CONTACT.c.id), CONTACT.c.undeliverable == "")
    ids = people.read(lambda session: list(session.scalars(select(CONTACT.c.id))))
    got = people.read(lambda session: session.execute(statement, given(ids)).all())
    assert {row.email for row in got} == set(NAMES)
