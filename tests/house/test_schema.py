"""The schema: the migrations make what the tables declare, and can be taken back."""

import asyncio
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import CheckConstraint
from sqlalchemy.dialects import postgresql

from api import tables
from api.kit.cannot_start import CannotStart
from api.kit.sandbox import SCHEMA
from api.migrate import alembic_config, checked_name, draft, upgrade

VERSIONS = Path(__file__).resolve().parents[2] / "api" / "migrations" / "versions"

QUOTED = re.compile(r"'([a-z0-9_]+)'")
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


TABLES = """
    SELECT table_name::text, column_name::text, udt_name::text, is_nullable::text,
        column_default::text
    FROM information_schema.columns WHERE table_schema = $1 AND table_name NOT IN
        ('spatial_ref_sys', 'geography_columns', 'geometry_columns')
    UNION ALL
    SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid), '', ''
    FROM pg_constraint WHERE connamespace = $1::regnamespace AND conname NOT LIKE 'spatial_ref_sys%'
    UNION ALL
    SELECT tgrelid::regclass::text, tgname::text, pg_get_triggerdef(t.oid), '', ''
    FROM pg_trigger AS t
    JOIN pg_class AS c ON c.oid = tgrelid
    WHERE NOT tgisinternal AND c.relnamespace = $1::regnamespace
    UNION ALL
    SELECT tablename::text, indexname::text, indexdef, '', '' FROM pg_indexes
    WHERE schemaname = $1 AND tablename <> 'spatial_ref_sys'
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


def test_the_migrations_make_every_check_that_the_tables_declare(empty_url: str) -> None:
    """Alembic compares columns, not checks: each by its name and the words that it lists."""
    asyncio.run(upgrade(empty_url))
    _shape, rules = asyncio.run(_picture(empty_url))
    made = {
        str(row[1]): QUOTED.findall(str(row[2])) for row in rules if str(row[1]).startswith("ck_")
    }
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so
    declared = {
        str(dialect.identifier_preparer.format_constraint(rule)): QUOTED.findall(
            str(rule.sqltext.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        )
        for table in tables.metadata.tables.values()
        for rule in table.constraints
        if isinstance(rule, CheckConstraint)
    }
    assert len(declared) > 15
    assert made == declared


def test_the_test_world_has_the_same_tables_and_rules(empty_url: str) -> None:
    asyncio.run(upgrade(empty_url))
    live, tried = (asyncio.run(_tables(empty_url, one)) for one in ("public", SCHEMA))
    assert len(live) > 100
    assert tried == live


async def _tables(url: str, schema: str) -> list[tuple[object, ...]]:
    """Return every table of ours in a schema with its columns, checks, keys and triggers."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"SET search_path = {schema}, public")
        rows = await connection.fetch(TABLES, schema)
        return [tuple(str(one).replace(f"{schema}.", "") for one in row) for row in rows]
    finally:
        await connection.close()


def test_a_column_that_no_migration_makes_is_noticed(empty_url: str) -> None:
    asyncio.run(upgrade(empty_url))
    asyncio.run(_execute(empty_url, "ALTER TABLE orders DROP COLUMN notes"))
    with pytest.raises(Exception, match=r"add_column.*orders.*notes"):
        command.check(alembic_config(empty_url))


def test_the_migrations_can_be_taken_back_and_made_again(empty_url: str) -> None:
    bare = asyncio.run(_picture(empty_url))
    asyncio.run(upgrade(empty_url))
    first = asyncio.run(_picture(empty_url))
    asyncio.run(_execute(empty_url, f"DROP SCHEMA {SCHEMA} CASCADE"))  # it needs the extensions
    command.downgrade(alembic_config(empty_url), "base")
    left = [
        row for row in asyncio.run(_picture(empty_url))[0] if "alembic_version" not in str(row[0])
    ]
    assert left == bare[0] == []
    asyncio.run(upgrade(empty_url))
    assert asyncio.run(_picture(empty_url)) == first


@pytest.fixture
def drafts(empty_url: str, tmp_path: Path) -> Config:
    """Return the configuration of an up-to-date database whose migrations lie in a copy."""
    versions = tmp_path / "versions"
    shutil.copytree(VERSIONS, versions, ignore=shutil.ignore_patterns("__pycache__"))
    asyncio.run(upgrade(empty_url))
    config = alembic_config(empty_url)
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(versions))
    return config


def test_what_changed_becomes_the_next_migration_and_works(empty_url: str, drafts: Config) -> None:
    asyncio.run(_execute(empty_url, "ALTER TABLE orders DROP COLUMN notes"))
    newest = max(int(path.name[:4]) for path in VERSIONS.glob("0*.py"))
    path = draft(drafts, checked_name("orders have notes"))
    assert path is not None
    assert path.name == f"{newest + 1:04d}_orders_have_notes.py"
    assert path.read_text().startswith('"""Orders have notes.\n')
    command.upgrade(drafts, "head")
    command.check(drafts)


def test_where_nothing_changed_no_migration_is_written(tmp_path: Path, drafts: Config) -> None:
    before = sorted(tmp_path.rglob("*.py"))
    assert draft(drafts, checked_name("nothing at all")) is None
    assert sorted(tmp_path.rglob("*.py")) == before


@pytest.mark.parametrize("name", ["", "  ", "ab", "a/b/c", '"""', "4 wheels", "x" * 61])
def test_a_migration_is_named_with_plain_words(name: str) -> None:
    with pytest.raises(CannotStart, match="say what changes in a few plain words"):
        checked_name(name)


def test_every_reference_to_a_person_is_by_a_foreign_key() -> None:
    """A column that names a user must reference one: erasing a person starts from these."""
    loose = [
        f"{table.name}.{column.name}"
        for table in tables.metadata.tables.values()
        for column in table.columns
        if column.name in {"user_id", "changed_by_user_id", "actor_id"} and not column.foreign_keys
    ]
    assert loose == []
