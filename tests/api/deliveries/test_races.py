"""Many hands on one courier at once: everybody is answered, nobody waits in a circle."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial

from api.kit.db import Database
from tests.support.books import check_books
from tests.support.cast import Cast
from tests.support.people import Answer, Person
from tests.support.road import answer, brought_to, by_hand, complete, decide, offer, report

POOL = 12
Act = Callable[[], Awaitable[Answer]]


async def deadlocks(database: Database) -> int:
    """Return how many deadlocks PostgreSQL had to end in this database."""
    async with AsyncExitStack() as exits:
        lent = [await exits.enter_async_context(database.connection()) for _ in range(POOL)]
        if lent[0].get_server_version().major >= 15:  # before, they count at once
            for db in lent:
                await db.fetch("SELECT pg_stat_force_next_flush()")
        counted = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        return int(await lent[0].fetchval(counted))


async def at_once(*acts: Act) -> list[Answer]:
    """Do everything at the same moment; return the answers."""
    together = asyncio.Barrier(len(acts))

    async def do(act: Act) -> Answer:
        await together.wait()
        return await act()

    return await asyncio.gather(*(do(act) for act in acts))


async def test_a_courier_hands_over_many_deliveries_at_once(cast: Cast) -> None:
    courier, customer = await cast.courier(), await cast.customer()
    before = await deadlocks(cast.stack.database)
    for _ in range(5):
        carried = [await brought_to(cast, courier, "in_transit", customer) for _ in range(6)]
        acts = [partial(complete, courier, one) for _order, one in carried]
        assert [got.status for got in await at_once(*acts)] == [200] * 6
        await check_books(cast.stack)
    assert await deadlocks(cast.stack.database) == before


async def test_everything_that_frees_a_courier_may_happen_at_once(cast: Cast) -> None:
    courier, customer = await cast.courier(), await cast.customer()
    rng = random.Random(3)
    before = await deadlocks(cast.stack.database)
    for _ in range(5):
        acts = await mixed_acts(cast, courier, customer)
        rng.shuffle(acts)
        answers = await at_once(*acts)
        assert [got.status for got in answers] == [200] * len(acts)
        await check_books(cast.stack)
    assert await deadlocks(cast.stack.database) == before


async def mixed_acts(cast: Cast, courier: Person, customer: Person) -> list[Act]:
    """Return acts on six deliveries of one courier, the last of which the courier just takes."""
    (_, done), (_, returned), (_, given_back), (ended, _), (_, taken_back) = [
        await brought_to(cast, courier, status, customer)
        for status in ("in_transit", "failed", *["assigned_to_courier"] * 3)
    ]
    placed = await cast.order(customer)
    offered = await offer(cast, (await cast.delivery_of(placed))["id"], courier)
    staff = f"/api/v1/admin/orders/{ended['id']}/status"
    return [
        partial(complete, courier, done),
        partial(report, courier, returned, "returned"),
        partial(report, courier, given_back, "pending"),
        partial(cast.admin.put, staff, {"status": "cancelled"}),
        partial(decide, cast, taken_back, "pending"),
        partial(answer, courier, offered),
    ]


async def test_the_last_stop_is_made_while_the_next_delivery_is_taken(cast: Cast) -> None:
    courier, customer = await cast.courier(), await cast.customer()
    before = await deadlocks(cast.stack.database)
    for _ in range(12):
        _order, carried = await brought_to(cast, courier, "in_transit", customer)
        placed = await cast.order(customer)
        taken = (await cast.delivery_of(placed))["id"]
        offered = await offer(cast, taken, courier)
        answers = await at_once(
            partial(complete, courier, carried), partial(answer, courier, offered)
        )
        assert [got.status for got in answers] == [200, 200]
        await check_books(cast.stack)
        (await report(courier, taken, "pending")).data  # noqa: B018  # fails unless 2xx
    assert await deadlocks(cast.stack.database) == before


async def test_two_couriers_swap_their_deliveries(cast: Cast) -> None:
    here, there = await cast.courier(), await cast.courier()
    customer = await cast.customer()
    _order, one = await brought_to(cast, here, "assigned_to_courier", customer)
    _order, other = await brought_to(cast, there, "assigned_to_courier", customer)
    before = await deadlocks(cast.stack.database)
    for _ in range(12):
        answers = await at_once(
            partial(by_hand, cast, one, there), partial(by_hand, cast, other, here)
        )
        assert [got.status for got in answers] == [200, 200]
        await check_books(cast.stack)
        here, there = there, here
    assert await deadlocks(cast.stack.database) == before
