"""Statements: named parameters, compiled once, read into dataclasses."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from shapely import MultiPolygon, box
from sqlalchemy import bindparam

from api.kit.db import Database
from api.kit.ids import new_id
from api.kit.lease import leases
from api.kit.outbox import outbox
from api.kit.statement import Command, Query, columns, inserting, saving, selecting
from geo.point import Point


class Mood(StrEnum):
    """A word column."""

    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table that we have."""

    name: str
    holder: str
    epoch: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Columns with an enum, one of them empty."""

    mood: Mood
    last_mood: Mood | None


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Point(41.15, -8.61), "geography"),
        (MultiPolygon([box(-8.7, 41.1, -8.5, 41.25)]), "geography"),
        ({"a": [1, None, "\u00e9"], "b": {}}, "jsonb"),
        (new_id(), "uuid"),
        ([new_id(), new_id()], "uuid[]"),
        (datetime(2026, 11, 21, 12, tzinfo=UTC), "timestamptz"),
        ("it's; -- a \\ text", "text"),
        (None, "text"),
    ],
)
async def test_values_come_back_as_they_went(database: Database, value: Any, kind: str) -> None:
    asked: Query[Any] = Query(object, f"SELECT :value::{kind} AS value")
    async with database.connection() as db:
        assert await asked.one(db, value=value) == value


async def test_a_name_used_twice_is_one_parameter_and_casts_are_left_alone(
    database: Database,
) -> None:
    both = Query(bool, "SELECT :a::text = :b::text AND :a::text <> ':a' AS same")
    assert both.text.names == ("a", "b")
    async with database.connection() as db:
        assert await both.value(db, a="x", b="x") is True


@pytest.mark.parametrize("given", [{}, {"a": 1, "b": 2}, {"c": 1}])
async def test_a_statement_refuses_other_parameters_than_its_own(
    database: Database, given: dict[str, int]
) -> None:
    one = Query(int, "SELECT :a::int")
    async with database.connection() as db:
        with pytest.raises((TypeError, KeyError)):
            await one.one(db, **given)


async def test_words_become_members_of_their_enum(database: Database) -> None:
    told = Query(Told, "SELECT 'bad' AS mood, NULL AS last_mood, 'more' AS unread")
    async with database.connection() as db:
        found = await told.value(db)
    assert found == Told(Mood.BAD, None)
    assert isinstance(found.mood, Mood)


async def test_a_row_is_inserted_changed_and_read_by_its_fields(database: Database) -> None:
    row = Row("a lease", "me", 1, datetime(2026, 1, 1, tzinfo=UTC))
    find = Query(Row, selecting(Row, leases).where(leases.c.name == bindparam("name")))
    change = Command("UPDATE leases SET holder = :holder WHERE name = :name")
    async with database.connection() as db:
        assert await inserting(Row, leases).run(db, **columns(row)) == 1
        assert await change.run(db, name="a lease", holder="you") == 1
        assert await change.run(db, name="another", holder="you") == 0
        found = await find.one(db, name="a lease")
        assert await find.one(db, name="another") is None
        assert await find.all(db, name="another") == []
    assert found == Row("a lease", "you", 1, row.until)


async def test_a_value_that_must_be_there_is_missed_aloud(database: Database) -> None:
    nothing = Query(int, "SELECT 1 WHERE false")
    async with database.connection() as db:
        with pytest.raises(LookupError, match="no row"):
            await nothing.value(db)


def test_saving_changes_the_named_columns_of_one_row() -> None:
    sql, names, _ = saving(outbox, ["topic", "lane"]).text
    assert sql.startswith("UPDATE outbox SET ")
    assert sql.count("=") == 3
    assert set(names) == {"topic", "lane", "id"}
