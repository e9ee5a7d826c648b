"""Courier plans in Redis follow the database, whoever publishes them."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from api.kit.ids import CourierId
from jobs import courier_plans
from tests.support.cast import Cast
from tests.support.road import brought_to, complete
from tracking import keys, plans
from tracking.plans import CourierPlan, CourierState


async def state_of(cast: Cast, courier_id: UUID) -> CourierState:
    """Return what the map shows of a courier."""
    held = {plan.courier_id: plan for plan in await plans.load_all(cast.stack.station.redis)}
    return held[courier_id].state


async def test_what_was_read_earlier_is_not_published_later(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow resync must not bring back what a change since has ended."""
    station = cast.stack.station
    courier_id = CourierId(UUID((await cast.courier()).courier_id))
    await courier_plans.resync(station)
    await station.redis.flushall()
    publish, reached, held = plans.publish, asyncio.Event(), asyncio.Event()

    async def slow_publish(
        redis: Any, found: Sequence[CourierPlan], off_shift: Sequence[UUID], **more: bool
    ) -> None:
        if not reached.is_set():
            reached.set()
            await held.wait()
        await publish(redis, found, off_shift, **more)

    monkeypatch.setattr(plans, "publish", slow_publish)

    async def refresh() -> None:
        async with station.work(read_only=True) as work:
            await courier_plans.refresh(work, station.redis, [courier_id])

    resync = asyncio.create_task(courier_plans.resync(station))
    await reached.wait()
    await cast.stack.rows("UPDATE couriers SET status = 'on_break' WHERE id = $1", courier_id)
    refreshed = asyncio.create_task(refresh())
    await asyncio.sleep(0.2)
    held.set()
    await asyncio.gather(resync, refreshed)
    assert await state_of(cast, courier_id) is CourierState.ON_BREAK


async def test_plans_lost_with_redis_are_back_with_the_next_look(cast: Cast) -> None:
    """A gateway that starts meanwhile takes no fix before they are; a look costs little."""
    station = cast.stack.station
    courier_id = UUID((await cast.courier()).courier_id)
    await courier_plans.resync(station)
    await station.redis.flushall()
    await courier_plans.vouch(station)
    assert await plans.are_complete(station.redis)
    assert await state_of(cast, courier_id) is CourierState.FREE
    await station.redis.hdel(keys.PLANS, courier_id.bytes)
    await courier_plans.vouch(station)
    assert await plans.are_vouched(station.redis)
    assert not await plans.load_all(station.redis), "nothing is read while nothing was lost"


async def test_plans_are_not_vouched_for_while_older_moves_wait_to_be_told(cast: Cast) -> None:
    """Else a customer goes on watching the courier during a rush of events."""
    station, courier = cast.stack.station, await cast.courier()
    _order, delivery_id = await brought_to(cast, courier, "in_transit")
    await cast.stack.settle()
    await courier_plans.vouch(station)
    courier_id = UUID(courier.courier_id)
    assert await state_of(cast, courier_id) is CourierState.CARRYING
    (await complete(courier, delivery_id)).data  # noqa: B018  # fails unless 2xx
    await cast.stack.rows("UPDATE outbox SET created_at = created_at - interval '2 seconds'")
    await courier_plans.vouch(station)
    assert await plans.are_vouched(station.redis)
    assert await state_of(cast, courier_id) is CourierState.FREE


async def test_who_brings_a_parcel_back_is_not_free_and_nobody_follows(cast: Cast) -> None:
    station, courier = cast.stack.station, await cast.courier()
    await brought_to(cast, courier, "failed")
    await cast.stack.settle()
    courier_id = UUID(courier.courier_id)
    assert await state_of(cast, courier_id) is CourierState.CARRYING
    (plan,) = await plans.load_all(station.redis)
    assert plan.orders == ()
