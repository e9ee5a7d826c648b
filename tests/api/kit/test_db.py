"""The database gateway: every wait ends, and the pool is whole afterwards."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from api.kit.cannot_start import CannotStart
from api.kit.db import Database, quoted
from api.kit.errors import Unavailable
from tests.support.black_hole import BlackHole, black_hole

SIZE = 4
FOREVER_S = 60.0
"""What a wait without an end is told from: every deadline of these tests is far shorter."""


@pytest.fixture
async def through(database_url: str) -> AsyncIterator[tuple[BlackHole, Database]]:
    """Return a hole and a pool that goes through it."""
    async with black_hole(database_url) as (hole, url):
        opened = await Database.open(url, size=SIZE, acquire_s=0.3, command_s=0.3)
        yield hole, opened
        hole.open_up()
        await opened.close()


async def all_answer(database: Database) -> None:
    """Every connection of the pool can be had at once, and answers for itself."""
    async with asyncio.timeout(FOREVER_S), AsyncExitStack() as exits:
        lent = [await exits.enter_async_context(database.connection()) for _ in range(SIZE)]
        numbers = [await db.fetchval("SELECT $1::int", n) for n, db in enumerate(lent)]
        assert numbers == list(range(SIZE))
        assert len({await db.fetchval("SELECT pg_backend_pid()") for db in lent}) == SIZE
        with pytest.raises(Unavailable, match="Too much is being asked at once"):
            async with database.connection():
                pass


async def test_a_command_on_a_dead_network_ends(through: tuple[BlackHole, Database]) -> None:
    hole, database = through

    async def ask() -> None:
        async with asyncio.timeout(FOREVER_S), database.transaction() as db:
            hole.close_up()
            await db.fetchval("SELECT 1")

    with pytest.raises(Unavailable) as caught:
        await ask()
    assert caught.value.headers == {"Retry-After": "1"}
    assert hole.swallowed > 0
    hole.open_up()
    await all_answer(database)


async def test_acquiring_from_an_exhausted_pool_ends(through: tuple[BlackHole, Database]) -> None:
    _hole, database = through
    await all_answer(database)


async def test_acquiring_over_a_dead_network_ends(through: tuple[BlackHole, Database]) -> None:
    hole, database = through
    hole.close_up()

    async def ask() -> str:
        try:
            async with database.connection() as db:
                await db.fetchval("SELECT 1")
        except Unavailable:
            return "unavailable"
        return "answered"

    async with asyncio.timeout(FOREVER_S):
        assert set(await asyncio.gather(*(ask() for _ in range(3 * SIZE)))) == {"unavailable"}
    assert hole.swallowed > 0
    hole.open_up()
    await all_answer(database)


async def test_opening_a_database_that_does_not_answer_says_so(database_url: str) -> None:
    async with black_hole(database_url) as (hole, url):
        hole.close_up()
        with pytest.raises(CannotStart, match="HERMOD_DATABASE_URL"):
            async with asyncio.timeout(FOREVER_S):
                await Database.open(url, acquire_s=0.3, command_s=0.3)


async def test_a_slow_statement_is_ended_by_its_deadline(database_url: str) -> None:
    database = await Database.open(database_url, size=SIZE, command_s=0.2)
    with pytest.raises(Unavailable):
        async with asyncio.timeout(FOREVER_S), database.connection() as db:
            await db.fetchval("SELECT pg_sleep(100)")
    await database.close()


async def test_a_lock_is_not_waited_for_without_end(database_url: str) -> None:
    database = await Database.open(database_url, size=SIZE, command_s=30)

    async def lock() -> None:
        async with asyncio.timeout(FOREVER_S), database.transaction() as db:
            assert await db.fetchval("SHOW lock_timeout") == "3s"
            await db.execute("SET LOCAL lock_timeout = '50ms'")
            await db.execute("LOCK TABLE leases")

    async with database.transaction() as holder:
        await holder.execute("LOCK TABLE leases")
        with pytest.raises(Unavailable):
            await lock()
    await database.close()


async def test_cancelled_requests_leave_nobody_elses_answer_behind(
    through: tuple[BlackHole, Database],
) -> None:
    """A cancelled command's answer must not reach the next who borrows the connection."""
    hole, database = through
    rng = random.Random(7)
    cancelled = 0

    async def ask(number: int) -> None:
        async with database.transaction() as db:
            assert await db.fetchval("SELECT $1::int FROM pg_sleep(0.004)", number) == number

    for number in range(120):
        task = asyncio.create_task(ask(number))
        await asyncio.sleep(rng.uniform(0, 0.008))
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            cancelled += 1
    assert cancelled > 0
    assert hole.swallowed == 0
    await all_answer(database)


async def test_an_error_gives_the_connection_back_usable(database_url: str) -> None:
    database = await Database.open(database_url, size=1)

    async def fail() -> None:
        async with database.transaction() as db:
            await db.execute("INSERT INTO leases VALUES ('x', 'me', 1, now())")
            raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await fail()
    async with database.connection() as db:
        assert await db.fetchval("SELECT count(*) FROM leases WHERE name = 'x'") == 0
    await database.close()


async def test_a_quoted_value_is_one_literal(database: Database) -> None:
    text = "it's '' \" -- $1"
    async with database.connection() as db:
        assert await db.fetchval(f"SELECT {quoted(text)}") == text


async def test_a_connection_is_given_back_without_a_question_to_the_server(
    database: Database,
) -> None:
    async with database.connection() as one:
        pid = one.get_server_pid()
        await one.execute("SELECT 'the last words'")
    async with database.connection() as first, database.connection() as second:
        asking = second if first.get_server_pid() == pid else first
        last = await asking.fetchval("SELECT query FROM pg_stat_activity WHERE pid = $1", pid)
    assert last == "SELECT 'the last words'"


async def test_a_transaction_left_open_is_rolled_back_all_the_same(database: Database) -> None:
    async with database.connection() as careless:
        await careless.execute("BEGIN")
        await careless.execute("CREATE TABLE left_open (id int)")
    async with database.connection() as db:
        assert await db.fetchval("SELECT to_regclass('left_open')") is None
