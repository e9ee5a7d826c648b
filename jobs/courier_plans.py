"""Courier plans: what the database says each courier on shift is doing, for live tracking."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from redis.asyncio import Redis

from api.couriers.events import CourierMoved
from api.couriers.lifecycle import ON_SHIFT, CourierStatus
from api.deliveries.events import DeliveryMoved
from api.deliveries.lifecycle import ABOARD, BROUGHT, EXPECTED, OPEN, DeliveryStatus
from api.following.tracking import is_exact
from api.kit import outbox
from api.kit.events import CORE
from api.kit.ids import CourierId
from api.kit.statement import Query
from api.kit.work import Work
from geo.vehicle import Vehicle
from jobs.station import Station
from tracking import plans
from tracking.plans import CourierPlan, CourierState, Followed, PlannedStop

_STATUSES = {"carried": list(OPEN), "brought": list(BROUGHT)}

_MOVES = (DeliveryMoved.topic, CourierMoved.topic)
_LATE = timedelta(seconds=1)
"""Real time after which a move that is not told yet makes the plans old."""


@dataclass(frozen=True, slots=True)
class _Row:
    id: CourierId
    name: str
    vehicle_type: Vehicle
    status: CourierStatus
    carried: list[dict[str, Any]]
    stops: list[dict[str, Any]]


_SELECT = """
    SELECT c.id, u.first_name || ' ' || u.last_name AS name, c.vehicle_type, c.status,
           coalesce((SELECT jsonb_agg(jsonb_build_object('order', d.order_id, 'status', d.status)
                                      ORDER BY d.id)
                     FROM deliveries AS d
                     WHERE d.courier_id = c.id AND d.status = ANY(:carried)), '[]') AS carried,
           coalesce((SELECT jsonb_agg(jsonb_build_object('id', s.id, 'lat', ST_Y(p.at::geometry),
                                                         'lng', ST_X(p.at::geometry),
                                                         'reached', s.reached_at IS NOT NULL)
                                      ORDER BY s.seq)
                     FROM delivery_routes AS r
                     JOIN route_stops AS s ON s.route_id = r.id AND s.done_at IS NULL
                     JOIN deliveries AS d ON d.id = s.delivery_id
                          AND (s.kind = 'pickup' OR d.status = ANY(:brought))
                     CROSS JOIN LATERAL (SELECT CASE s.kind WHEN 'pickup' THEN d.pickup_location
                                                ELSE d.dropoff_location END AS at) AS p
                     WHERE r.courier_id = c.id AND r.status = 'in_progress'), '[]') AS stops
    FROM couriers AS c JOIN users AS u ON u.id = c.user_id
"""
_WAIT = Query(str, "SELECT pg_advisory_xact_lock(hashtext('courier_plans'))::text")
_SOME = Query(_Row, _SELECT + "WHERE c.id = ANY(:ids)")
_ON_SHIFT = Query(_Row, _SELECT + "WHERE c.status = ANY(:on_shift)")


async def refresh(work: Work, redis: Redis, courier_ids: Iterable[CourierId]) -> None:
    """Publish the plans of couriers whose deliveries or status changed."""
    ids = list(dict.fromkeys(courier_ids))
    if not ids:
        return
    async with _in_turn(work):
        rows = await _SOME.all(work.db, ids=ids, **_STATUSES)
        on_shift = [_plan(row) for row in rows if row.status in ON_SHIFT]
        await plans.publish(redis, on_shift, [row.id for row in rows if row.status not in ON_SHIFT])


async def resync(station: Station) -> None:
    """Bring Redis in line with the database, should it have lost or missed something."""
    async with station.work(read_only=True) as work, _in_turn(work):
        rows = await _ON_SHIFT.all(work.db, on_shift=list(ON_SHIFT), **_STATUSES)
        wanted = {row.id: _plan(row) for row in rows}
        held = {plan.courier_id: plan for plan in await plans.load_all(station.redis)}
        changed = [plan for courier_id, plan in wanted.items() if held.get(courier_id) != plan]
        gone = [courier_id for courier_id in held if courier_id not in wanted]
        complete = not await plans.are_complete(station.redis)
        if changed or gone or complete:
            await plans.publish(station.redis, changed, gone, complete=complete)


async def vouch(station: Station) -> None:
    """Say that the plans are kept true; where they may not be, bring Redis in line first.

    It may have been wiped, or older moves wait to be told. Until we vouch for a wiped one, gateways
    take no fixes, and show customers nobody.
    """
    if not await plans.are_complete(station.redis) or await _is_behind(station):
        await resync(station)
    await plans.vouch(station.redis)


async def _is_behind(station: Station) -> bool:
    """Tell whether the plans may be older than what happened: whoever was followed may be done."""
    async with station.database.connection() as db:
        return await outbox.is_untold(db, CORE, _MOVES, _LATE)


@asynccontextmanager
async def _in_turn(work: Work) -> AsyncIterator[None]:
    """Read and publish one after another: what was read earlier must not be published later.

    Else a customer could watch a courier again whose delivery is over.
    """
    async with work.db.transaction():
        await _WAIT.one(work.db)
        yield


def _plan(row: _Row) -> CourierPlan:
    statuses = {DeliveryStatus(one["status"]) for one in row.carried}
    if row.status is CourierStatus.ON_BREAK:
        state = CourierState.ON_BREAK
    elif row.stops and row.stops[0]["reached"]:
        state = CourierState.AT_STOP
    elif statuses & ABOARD:
        state = CourierState.CARRYING
    else:
        state = CourierState.TO_PICKUP if statuses else CourierState.FREE
    orders = tuple(
        Followed(UUID(one["order"]), is_exact(status))
        for one in row.carried
        if (status := DeliveryStatus(one["status"])) in EXPECTED
    )
    stops = tuple(PlannedStop(UUID(one["id"]), one["lat"], one["lng"]) for one in row.stops)
    return CourierPlan(row.id, row.name, row.vehicle_type, state, orders, stops)
