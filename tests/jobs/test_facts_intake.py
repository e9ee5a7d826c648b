"""The intake of facts: noted once at the stop, told to all concerned, deciding nothing."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from jobs import courier_plans, facts_intake
from jobs.facts_intake import FactsIntake
from tests.support.cast import Cast
from tests.support.people import Person
from tests.support.road import brought_to, complete, decide, report
from tracking import facts, keys, plans, zones
from tracking.facts import Fact, What
from tracking.plans import CourierState

AT_MS = 1_790_000_000_000


async def tell(cast: Cast, *told: Fact) -> None:
    """Let a gateway tell these."""
    async with cast.stack.station.redis.pipeline() as pipeline:
        facts.tell(pipeline, told)
        await pipeline.execute()


async def plan_of(cast: Cast, courier: Person) -> plans.CourierPlan:
    """Return what live tracking knows of a courier."""
    await courier_plans.resync(cast.stack.station)
    held = await plans.load_all(cast.stack.station.redis)
    return {str(plan.courier_id): plan for plan in held}[courier.courier_id]


def reached(courier_id: UUID, stop_id: UUID, at_ms: int) -> Fact:
    """Return an arrival."""
    return Fact(What.STOP_REACHED, courier_id, stop_id, at_ms)


async def told(cast: Cast) -> list[dict[str, Any]]:
    """Return the arrivals that were told."""
    rows = await cast.stack.rows("SELECT payload FROM outbox WHERE topic = 'stop.reached'")
    return [dict(row) for row in rows]


async def test_an_arrival_is_noted_once_and_moves_nothing(cast: Cast) -> None:
    """However often it is told; the delivery waits for the courier's own word."""
    courier = await cast.courier()
    order, _delivery_id = await brought_to(cast, courier)
    plan = await plan_of(cast, courier)
    before = await cast.delivery_of(order)
    fact = reached(plan.courier_id, plan.stops[0].stop_id, AT_MS)
    later = reached(plan.courier_id, plan.stops[0].stop_id, AT_MS + 9000)
    await tell(cast, later, fact)
    await FactsIntake(cast.stack.station).run_once()
    await cast.stack.station.redis.delete(keys.FACTS_DONE)
    await FactsIntake(cast.stack.station).run_once()
    assert len(await told(cast)) == 1
    route = (await courier.get("/api/v1/courier/route")).data
    since = [stop["reachedAt"] for stop in route["stops"]]
    moment = datetime.fromtimestamp(AT_MS / 1000, UTC)
    assert datetime.fromisoformat(since[0]) == moment
    assert since[1] is None
    assert (await cast.delivery_of(order))["status"] == before["status"]
    assert (await plan_of(cast, courier)).state is CourierState.AT_STOP


async def test_nobody_arrives_at_the_stops_of_others_or_at_none(cast: Cast) -> None:
    """Nothing is told, and the next fact is taken all the same."""
    courier, other = await cast.courier(), await cast.courier()
    await brought_to(cast, courier)
    plan = await plan_of(cast, courier)
    (row,) = await cast.stack.rows("SELECT id FROM route_stops WHERE kind = 'dropoff'")
    intake = FactsIntake(cast.stack.station)
    await tell(
        cast,
        reached(UUID(other.courier_id), plan.stops[0].stop_id, AT_MS),
        reached(plan.courier_id, uuid4(), AT_MS),
        reached(plan.courier_id, row["id"], AT_MS),
    )
    await intake.run_once()
    assert await told(cast) == []
    await tell(cast, reached(plan.courier_id, plan.stops[0].stop_id, AT_MS))
    await intake.run_once()
    assert len(await told(cast)) == 1


async def test_the_door_is_reached_with_the_goods_and_not_before(cast: Cast) -> None:
    """Who waits next door before the pickup is not at the customer's; nor is who brings it back."""
    courier = await cast.courier()
    _order, delivery_id = await brought_to(cast, courier)
    (row,) = await cast.stack.rows("SELECT id FROM route_stops WHERE kind = 'dropoff'")
    door, intake = row["id"], FactsIntake(cast.stack.station)

    async def arrivals_told_at_the_door() -> int:
        await tell(cast, reached(UUID(courier.courier_id), door, AT_MS))
        await intake.run_once()
        return len(await told(cast))

    assert door not in {stop.stop_id for stop in (await plan_of(cast, courier)).stops}
    assert await arrivals_told_at_the_door() == 0
    for step in ("picked_up", "in_transit", "failed"):
        (await report(courier, delivery_id, step)).data  # noqa: B018  # fails unless 2xx
        is_watched = door in {stop.stop_id for stop in (await plan_of(cast, courier)).stops}
        assert is_watched is (step != "failed")
    assert await arrivals_told_at_the_door() == 0
    (await report(courier, delivery_id, "in_transit")).data  # noqa: B018  # fails unless 2xx
    assert await arrivals_told_at_the_door() == 1


@pytest.mark.parametrize("by", ["courier", "operator"])
async def test_who_tries_again_has_not_been_at_the_door_yet(cast: Cast, by: str) -> None:
    """Nothing of the first try is left: coming is told anew, and no reason stays why it failed."""
    courier, customer = await cast.courier(), await cast.customer()
    order, delivery_id = await brought_to(cast, courier, "in_transit", customer)
    (row,) = await cast.stack.rows("SELECT id FROM route_stops WHERE kind = 'dropoff'")
    intake = FactsIntake(cast.stack.station)

    async def come(at_ms: int) -> str | None:
        await tell(cast, reached(UUID(courier.courier_id), row["id"], at_ms))
        await intake.run_once()
        return await seen_at_the_door()

    async def seen_at_the_door() -> str | None:
        seen = (await customer.get(f"/api/v1/orders/{order['id']}/tracking")).data
        (stop,) = (await courier.get("/api/v1/courier/route")).data["stops"]
        assert stop["reachedAt"] == seen["reachedAt"]
        return seen["reachedAt"]  # type: ignore[no-any-return]  # as JSON says

    first = await come(AT_MS)
    assert first is not None
    (await report(courier, delivery_id, "failed")).data  # noqa: B018  # fails unless 2xx
    if by == "courier":
        again = await report(courier, delivery_id, "in_transit")
    else:
        again = await decide(cast, delivery_id, "in_transit")
    assert again.data["failureReason"] is None
    assert await seen_at_the_door() is None
    assert (await plan_of(cast, courier)).state is CourierState.CARRYING
    assert len(await told(cast)) == 1
    second = await come(AT_MS + 900_000)
    assert second not in {None, first}
    assert len(await told(cast)) == 2
    done = (await complete(courier, delivery_id)).data
    assert (done["status"], done["failureReason"]) == ("delivered", None)


async def test_zones_are_published_and_crossings_told(cast: Cast) -> None:
    """To the dispatchers of the zone."""
    courier = await cast.courier()
    station = cast.stack.station
    await facts_intake.publish_zones(station)
    (zone_id,) = await zones.load(station.redis)
    await tell(cast, Fact(What.ZONE_ENTERED, UUID(courier.courier_id), zone_id, AT_MS))
    await FactsIntake(station).run_once()
    (row,) = await cast.stack.rows("SELECT payload FROM outbox WHERE topic = 'courier.zone'")
    assert '"entered"' in str(row["payload"]).replace("'", '"')
