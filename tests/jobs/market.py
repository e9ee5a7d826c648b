"""What tests of dispatch do with people: let couriers stand somewhere, offer, assign, carry."""

import time
from typing import Any
from uuid import UUID

from tests.support.cast import Cast
from tests.support.people import PICKUP, Person
from tests.support.programs import Stack
from tracking import positions
from tracking.positions import Position

AT_PICKUP = (PICKUP["latitude"], PICKUP["longitude"])


async def stand(
    stack: Stack,
    courier: Person,
    lat: float = AT_PICKUP[0],
    lng: float = AT_PICKUP[1],
    *,
    silent_s: float = 0.0,
) -> None:
    """Let a courier's last position be there, heard so many real seconds ago."""
    heard_ms = round((time.time() - silent_s) * 1000)
    t_ms = round(stack.station.clock.now().timestamp() * 1000)
    position = Position(UUID(courier.courier_id), 1, 1, t_ms, heard_ms, lat, lng, 5.0, 90.0, 8.0)
    async with stack.station.redis.pipeline() as pipeline:
        positions.save(pipeline, [position])
        await pipeline.execute()


async def offers_of(courier: Person) -> list[dict[str, Any]]:
    """Return the open offers of a courier."""
    return list((await courier.get("/api/v1/courier/offers")).data["offers"])


async def only_offer(courier: Person) -> dict[str, Any]:
    """Return the one offer that a courier has."""
    (offer,) = await offers_of(courier)
    return dict(offer)


async def answer(courier: Person, offer: dict[str, Any], what: str = "accept") -> Any:
    """Accept or reject an offer; return what the API says."""
    return await courier.post(f"/api/v1/courier/offers/{offer['id']}/{what}")


async def assign(cast: Cast, delivery: dict[str, Any], courier: Person) -> None:
    """Give a delivery to a courier by a dispatcher's hand."""
    path = f"/api/v1/admin/deliveries/{delivery['id']}/courier"
    body = {"courierId": courier.courier_id, "reason": "a test needs it"}
    (await cast.admin.put(path, body)).data  # noqa: B018  # fails unless 2xx
    await cast.stack.settle()


async def pick_up(cast: Cast, delivery: dict[str, Any], courier: Person) -> None:
    """Let a courier pick up what was assigned."""
    path = f"/api/v1/courier/deliveries/{delivery['id']}/status"
    (await courier.put(path, {"status": "picked_up"})).data  # noqa: B018  # fails unless 2xx
    await cast.stack.settle()


async def dossier(cast: Cast, delivery: dict[str, Any]) -> dict[str, Any]:
    """Return the whole picture of a delivery."""
    return dict((await cast.admin.get(f"/api/v1/admin/deliveries/{delivery['id']}")).data)
