"""Leases: one leader at a time, and no former leader writes."""

import asyncio
from datetime import timedelta

import pytest

from api.kit import lease
from api.kit.db import Database
from api.kit.lease import Lease, LeaseLost

LONG = timedelta(minutes=5)
OVER = timedelta(seconds=-1)
WAITS_FOR_A_LOCK = """
    SELECT count(*) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


async def take(database: Database, holder: str, life: timedelta = LONG) -> Lease | None:
    """Try to take the lease of these tests."""
    async with database.transaction() as db:
        return await lease.take(db, "tick", holder, life)


async def test_one_of_many_becomes_the_leader(database: Database) -> None:
    taken = await asyncio.gather(*(take(database, f"worker {n}") for n in range(10)))
    (leader,) = [one for one in taken if one is not None]
    assert leader.epoch == 1
    assert await take(database, leader.holder) == leader
    assert await take(database, "latecomer") is None


async def test_a_lease_that_ran_out_goes_to_another_with_a_higher_epoch(
    database: Database,
) -> None:
    first = await take(database, "first", OVER)
    second = await take(database, "second")
    assert (first, second) == (Lease("tick", "first", 1), Lease("tick", "second", 2))
    assert first is not None
    async with database.transaction() as db:
        await lease.check(db, Lease("tick", "second", 2))
        for stale in (first, Lease("tick", "second", 1), Lease("other", "second", 2)):
            with pytest.raises(LeaseLost):
                await lease.check(db, stale)


async def test_a_lease_that_ran_out_unnoticed_is_still_the_holders(database: Database) -> None:
    assert await take(database, "me", OVER) == await take(database, "me")


async def test_a_checked_lease_cannot_be_taken_over_before_the_commit(database: Database) -> None:
    held = await take(database, "me", OVER)
    assert held is not None
    async with database.transaction() as db:
        await lease.check(db, held)
        taking = asyncio.create_task(take(database, "you"))
        async with database.connection() as other:
            while not await other.fetchval(WAITS_FOR_A_LOCK):
                pass
        assert not taking.done()
    assert await taking == Lease("tick", "you", 2)
