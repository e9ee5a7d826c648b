"""Alembic's environment: runs migrations through asyncpg, compares PostGIS types properly."""

import asyncio
from typing import Any, Literal

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from api.kit.sandbox import SCHEMA
from api.kit.tables import Shape
from api.tables import metadata

LOCK_TIMEOUT = "5s"
"""A migration that cannot get its lock fails rather than hold up everybody behind it."""


_NOT_COMPARED = {"ix_users_search"}


def include_object(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """Leave out PostGIS' own tables, the partitions that `jobs` makes, what cannot be compared."""
    if kind == "index" and name in _NOT_COMPARED:
        return False
    if kind == "table" and (name or "").startswith("courier_positions_"):
        return False
    return bool(
        alembic_helpers.include_object(  # type: ignore[no-untyped-call]  # untyped library
            item, name, kind, reflected, other
        )
    )


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our geography columns into migrations as the PostGIS type that they are."""
    if kind == "type" and isinstance(item, Shape):
        return f"geoalchemy2.Geography({item.geometry_type!r}, srid=4326, spatial_index=False)"
    return False


def _migrate(connection: Connection) -> None:
    schema = connection.dialect.default_schema_name
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_object=include_object,
        render_item=render_item,
        compare_type=True,
        transaction_per_migration=True,
        version_table_schema=schema if schema == SCHEMA else None,
    )
    with context.begin_transaction():
        context.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
        context.run_migrations()


async def _run(url: str, search_path: str) -> None:
    path = {"server_settings": {"search_path": search_path}} if search_path else {}
    engine = create_async_engine(url, poolclass=pool.NullPool, connect_args=path)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(
    _run(
        str(context.config.get_main_option("sqlalchemy.url")),
        str(context.config.attributes.get("search_path", "")),
    )
)
