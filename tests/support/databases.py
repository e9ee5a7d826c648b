"""pytest plugin: a migrated template database, a clone per worker, emptied before each test."""

import asyncio
import fcntl
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from api.kit.db import Database
from api.migrate import upgrade

TEMPLATE = "hermod_template"


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> Iterator[str]:
    """Return the address of this worker's own database, migrated."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")  # noqa: TID251  # set by xdist
    name = f"hermod_{worker}"
    asyncio.run(_clone(postgres_url, name))
    yield _named(postgres_url, name)
    asyncio.run(_drop(postgres_url, name))


async def _clone(admin_url: str, name: str) -> None:
    await asyncio.to_thread(_make_template_once, admin_url)
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
    finally:
        await admin.close()


def _make_template_once(admin_url: str) -> None:
    """Migrate the template; workers that come later wait and find it made."""
    key = admin_url.replace("/", "_")[-60:]
    with (Path(tempfile.gettempdir()) / f"hermod-template-{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(_make_template(admin_url))


async def _make_template(admin_url: str) -> None:
    admin = await asyncpg.connect(admin_url)
    try:
        if await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", TEMPLATE):
            return
        await admin.execute(f"CREATE DATABASE {TEMPLATE}_making")
        await upgrade(_named(admin_url, f"{TEMPLATE}_making"))
        await admin.execute(f"ALTER DATABASE {TEMPLATE}_making RENAME TO {TEMPLATE}")
    finally:
        await admin.close()


async def _drop(admin_url: str, name: str) -> None:
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Return an open, empty database (the currencies of the migrations stay)."""
    opened = await Database.open(database_url, size=12)
    async with opened.connection() as db:
        names = await db.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables "
            "WHERE schemaname IN ('public', 'sandbox') "
            "AND tablename NOT IN ('alembic_version', 'spatial_ref_sys', 'currencies')"
        )
        await db.execute("TRUNCATE " + ", ".join(row["name"] for row in names) + " CASCADE")
    yield opened
    await opened.close()
