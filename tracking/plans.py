"""What each courier on shift is doing: the state a map shows, whose followers may look.

Written by `jobs` after each change, read by the realtime program; a courier without a plan is off
shift, and fixes of theirs are refused. In a new or wiped Redis that is not known before the plans
are complete again. While `jobs` is away nobody vouches for the plans: what they allowed to be seen
may be over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from uuid import UUID

import orjson
from redis.asyncio import Redis

from geo.vehicle import Vehicle
from tracking import keys, news, positions
from tracking.news import Control

VOUCH_S = 3.0
"""Real seconds for which plans are believed without a new word of `jobs`."""


class CourierState(IntEnum):
    """What a courier is doing, as the map's records code it."""

    FREE = 0
    TO_PICKUP = 1
    CARRYING = 2
    AT_STOP = 3
    ON_BREAK = 4


@dataclass(frozen=True, slots=True)
class Followed:
    """An order whose followers see this courier: exactly while it is carried, coarsely before."""

    order_id: UUID
    exact: bool


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop where the courier may arrive, and where it is: at a customer's only with the goods."""

    stop_id: UUID
    lat: float
    lng: float


@dataclass(frozen=True, slots=True)
class CourierPlan:
    """A courier on shift; `stops` where one may arrive now, in the sequence of the route."""

    courier_id: UUID
    name: str
    vehicle: Vehicle
    state: CourierState
    orders: tuple[Followed, ...]
    stops: tuple[PlannedStop, ...] = ()


def encode(plan: CourierPlan) -> bytes:
    """Return a plan as JSON."""
    return orjson.dumps(plan)


def decode(raw: bytes | str | Mapping[str, Any]) -> CourierPlan:
    """Return the plan that `encode` wrote."""
    values = raw if isinstance(raw, Mapping) else orjson.loads(raw)
    return CourierPlan(
        courier_id=UUID(values["courier_id"]),
        name=values["name"],
        vehicle=Vehicle(values["vehicle"]),
        state=CourierState(values["state"]),
        orders=tuple(
            Followed(UUID(order["order_id"]), bool(order["exact"])) for order in values["orders"]
        ),
        stops=tuple(
            PlannedStop(UUID(stop["stop_id"]), stop["lat"], stop["lng"])
            for stop in values.get("stops", ())  # a program of the version before wrote none
        ),
    )


async def load_all(redis: Redis) -> list[CourierPlan]:
    """Return the plans of all couriers on shift."""
    return [decode(raw) for raw in (await redis.hgetall(keys.PLANS)).values()]


async def are_complete(redis: Redis) -> bool:
    """Tell whether every courier on shift has a plan here."""
    return bool(await redis.exists(keys.COMPLETE))


async def vouch(redis: Redis, for_s: float = VOUCH_S) -> None:
    """Say that the plans are kept true, and will be for a moment."""
    await redis.set(keys.VOUCHED, b"1", px=round(for_s * 1000))


async def are_vouched(redis: Redis) -> bool:
    """Tell whether somebody keeps the plans true."""
    return bool(await redis.exists(keys.VOUCHED))


async def publish(
    redis: Redis,
    plans: Sequence[CourierPlan],
    off_shift: Sequence[UUID],
    *,
    complete: bool = False,
) -> None:
    """Save changed plans, forget couriers who went off shift, and tell the gateways.

    `complete` says that from now on every courier on shift has a plan.
    """
    async with redis.pipeline(transaction=True) as pipeline:
        for plan in plans:
            pipeline.hset(keys.PLANS, plan.courier_id.bytes, encode(plan))
            news.add(pipeline, Control.PLAN, encode(plan))
        for courier_id in off_shift:
            pipeline.hdel(keys.PLANS, courier_id.bytes)
            news.add(pipeline, Control.OFF_SHIFT, orjson.dumps({"courier_id": courier_id}))
        positions.forget(pipeline, off_shift)
        if complete:
            pipeline.set(keys.COMPLETE, b"1")
            news.add(pipeline, Control.COMPLETE, b"{}")
        await pipeline.execute()
