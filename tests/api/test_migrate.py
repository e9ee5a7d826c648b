"""Migrations that cannot run: one sentence that says what to do."""

import asyncio
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from api.kit.cannot_start import CannotStart
from api.migrate import upgrade

NAME = "somebody_without_rights"


async def _execute(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for sql in statements:
            await connection.execute(sql)
    finally:
        await connection.close()


def test_whoever_may_not_make_postgis_is_told_who_may(postgres_url: str) -> None:
    address = urlsplit(postgres_url)
    away = (f"DROP DATABASE IF EXISTS {NAME}", f"DROP ROLE IF EXISTS {NAME}")
    made = (f"CREATE ROLE {NAME} LOGIN", f"CREATE DATABASE {NAME} OWNER {NAME}")
    asyncio.run(_execute(postgres_url, *away, *made))
    user = NAME + "@" + address.netloc.rpartition("@")[2]
    try:
        with pytest.raises(CannotStart, match=r"HERMOD_DATABASE_URL.*CREATE EXTENSION postgis"):
            asyncio.run(upgrade(urlunsplit(address._replace(netloc=user, path=f"/{NAME}"))))
    finally:
        asyncio.run(_execute(postgres_url, *away))


async def test_what_answers_but_is_no_postgresql_is_told() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as door:
        port = door.sockets[0].getsockname()[1]
        with pytest.raises(CannotStart, match=r"\(HERMOD_DATABASE_URL\): \S"):
            await upgrade(f"postgresql://hermod@127.0.0.1:{port}/hermod")
