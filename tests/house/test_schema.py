"""The schema: the migrations make what the tables declare, and can be taken back."""

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from alembic import command

from api import tables
from api.migrate import alembic_config, upgrade

SHAPE = """
    SELECT c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'i', 'I', 'S', 'v')
    ORDER BY 1, 3
"""
RULES = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE NOT tgisinternal
    UNION ALL
    SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    ORDER BY 1, 2, 3
"""


@pytest.fixture
def empty_url(postgres_url: str) -> Iterator[str]:
    """Return the address of a database of this test's own, with nothing in it."""
    name = f"hermod_schema_{uuid4().hex[:12]}"
    asyncio.run(_execute(postgres_url, f"CREATE DATABASE {name}"))
    yield urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    asyncio.run(_execute(postgres_url, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def _picture(url: str) -> list[list[tuple[object, ...]]]:
    """Return every table, column, index, constraint and trigger."""
    connection = await asyncpg.connect(url)
    try:
        return [[tuple(row) for row in await connection.fetch(sql)] for sql in (SHAPE, RULES)]
    finally:
        await connection.close()


def test_the_migrations_make_what_the_tables_declare(empty_url: str) -> None:
    asyncio.run(upgrade(empty_url))
    command.check(alembic_config(empty_url))  # raises, and lists, what differs
    shape, _rules = asyncio.run(_picture(empty_url))
    made = {str(row[0]) for row in shape}
    assert set(tables.metadata.tables) <= made


def test_a_column_that_no_migration_makes_is_noticed(empty_url: str) -> None:
    asyncio.run(upgrade(empty_url))
    asyncio.run(_execute(empty_url, "ALTER TABLE orders DROP COLUMN notes"))
    with pytest.raises(Exception, match=r"add_column.*orders.*notes"):
        command.check(alembic_config(empty_url))


def test_the_migrations_can_be_taken_back_and_made_again(empty_url: str) -> None:
    bare = asyncio.run(_picture(empty_url))
    asyncio.run(upgrade(empty_url))
    first = asyncio.run(_picture(empty_url))
    command.downgrade(alembic_config(empty_url), "base")
    left = [
        row for row in asyncio.run(_picture(empty_url))[0] if "alembic_version" not in str(row[0])
    ]
    assert left == bare[0] == []
    asyncio.run(upgrade(empty_url))
    assert asyncio.run(_picture(empty_url)) == first


def test_every_reference_to_a_person_is_by_a_foreign_key() -> None:
    """A column that names a user must reference one: erasing a person starts from these."""
    loose = [
        f"{table.name}.{column.name}"
        for table in tables.metadata.tables.values()
        for column in table.columns
        if column.name in {"user_id", "changed_by_user_id", "actor_id"} and not column.foreign_keys
    ]
    assert loose == []
