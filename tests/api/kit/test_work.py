"""The unit of work: everything of a request is saved together, or nothing is."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from api.deliveries.events import RouteChanged
from api.kit.actor import Actor
from api.kit.clock import Clock, real_now
from api.kit.db import Database
from api.kit.errors import Conflict, NotFound
from api.kit.ids import CourierId, new_id
from api.kit.lease import leases
from api.kit.resources import Key, Resources
from api.kit.work import Work, begin_work

TABLES = (leases.name, "outbox", "audit_logs")


class Counted(Conflict):
    """A refusal that leaves a trace."""

    saves_work = True


async def leave_a_trace(work: Work) -> None:
    """Write into every table that a work writes to."""
    await work.db.execute("INSERT INTO leases VALUES ('x', 'me', 1, now())")
    work.emit(RouteChanged(CourierId(new_id())))
    work.record("test", "thing", new_id(), old={"a": 1}, new={"a": 2})


async def traces(database: Database) -> set[int]:
    """Return how many rows each of the tables has."""
    async with database.connection() as db:
        return {await db.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}  # noqa: S608


def beginning(database: Database, **options: Any) -> AbstractAsyncContextManager[Work]:
    """Begin a work of the system."""
    return begin_work(database, Clock.real(), Resources(), **options)


async def leave_and_fail(database: Database, error: type[BaseException]) -> None:
    """Write, then raise."""
    async with beginning(database) as work:
        await leave_a_trace(work)
        raise error


async def in_transaction(work: Work) -> bool:
    """Tell whether the work's statements belong together: ids of transactions are given once."""
    ids = {await work.db.fetchval("SELECT txid_current()") for _ in range(2)}
    return len(ids) == 1


@pytest.mark.parametrize("read_only", [True, False])
async def test_a_work_without_a_statement_holds_no_connection(read_only: bool) -> None:
    nowhere = Database(pool=None, acquire_s=0.0)
    async with beginning(nowhere, read_only=read_only) as work:
        assert work.now


async def test_two_statements_of_one_work_at_once_are_refused(database: Database) -> None:
    async with beginning(database) as work:
        first, second = await asyncio.gather(
            *(work.db.fetchval("SELECT 1") for _ in range(2)), return_exceptions=True
        )
        assert first == 1
        assert isinstance(second, RuntimeError)


async def test_a_savepoint_of_a_work_can_be_undone_alone(database: Database) -> None:
    async def fail(work: Work) -> None:
        async with work.db.transaction():
            await leave_a_trace(work)
            raise ZeroDivisionError

    async with beginning(database) as work:
        with pytest.raises(ZeroDivisionError):
            await fail(work)
        assert await work.db.fetchrow("SELECT * FROM leases") is None
        assert await work.db.fetch("SELECT 1 AS one") == [(1,)]


async def test_data_events_and_audit_are_saved_together(database: Database) -> None:
    async with beginning(database) as work:
        await leave_a_trace(work)
        assert await traces(database) == {0}
    assert await traces(database) == {1}


@pytest.mark.parametrize("error", [NotFound, ZeroDivisionError, KeyboardInterrupt])
async def test_an_error_leaves_nothing_behind(
    database: Database, error: type[BaseException]
) -> None:
    with pytest.raises(error):
        await leave_and_fail(database, error)
    assert await traces(database) == {0}


async def test_a_refusal_that_saves_its_work_is_raised_after_the_commit(
    database: Database,
) -> None:
    with pytest.raises(Counted):
        await leave_and_fail(database, Counted)
    assert await traces(database) == {1}


async def test_what_cannot_be_saved_with_the_data_undoes_the_data(database: Database) -> None:
    nobody = Actor(user_id=new_id())  # type: ignore[arg-type]  # no such user: the audit row fails
    with pytest.raises(Exception, match="fk_audit_logs_user_id"):
        async with beginning(database, actor=nobody) as work:
            await leave_a_trace(work)
    assert await traces(database) == {0}


async def test_a_read_only_work_has_no_transaction_but_can_note_who_looked(
    database: Database,
) -> None:
    async with beginning(database, read_only=True) as work:
        assert not await in_transaction(work)
        work.record("looked", "thing", new_id())
    async with database.connection() as db:
        assert await db.fetchval("SELECT action FROM audit_logs") == "looked"


@pytest.mark.parametrize("read_only", [True, False])
async def test_a_work_that_waits_for_something_slow_holds_no_connection(
    database: Database, read_only: bool
) -> None:
    def idle() -> bool:
        return database.pool.get_idle_size() == database.pool.get_size()

    async def slow() -> bool:  # noqa: RUF029  # what is waited for is awaited
        return idle()

    async with beginning(database, read_only=read_only) as work:
        began = work.now
        assert await in_transaction(work) is not read_only
        assert not idle()
        assert await work.without_connection(slow())
        assert await in_transaction(work) is not read_only
        assert not idle()
        assert work.now > began
        await leave_a_trace(work)
    assert await traces(database) == {1}
    assert idle()


async def test_what_fails_while_no_connection_is_held_ends_the_work(database: Database) -> None:
    async def slow() -> None:  # noqa: RUF029  # what is waited for is awaited
        raise NotFound

    with pytest.raises(NotFound):
        async with beginning(database) as work:
            await work.without_connection(slow())
    assert database.pool.get_idle_size() == database.pool.get_size()


async def test_now_stands_still_until_the_clock_is_read_again(database: Database) -> None:
    before = real_now()
    async with beginning(database) as work:
        began = work.now
        assert before <= began <= real_now()
        assert work.now is began
        assert work.tick() == work.now > began


async def test_a_resource_that_the_program_has_not_opened_is_named(database: Database) -> None:
    resources = Resources()
    there: Key[int] = Key("a number")
    missing: Key[int] = Key("a stove")
    resources.put(there, 7)
    async with begin_work(database, Clock.real(), resources) as work:
        assert work[there] == 7
        with pytest.raises(LookupError, match="not opened a stove"):
            _ = work[missing]
