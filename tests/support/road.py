"""What happens to a delivery on the road, step by step, as courier and dispatcher report it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from api.kit.clock import real_now
from api.kit.ids import CourierId, DeliveryId
from api.offers import service as offers
from api.offers.service import Proposal
from tests.support.cast import Cast
from tests.support.people import Answer, Person
from tracking import positions
from tracking.positions import Position

LONG = timedelta(minutes=5)
WAY = {
    "assigned_to_courier": (),
    "picked_up": ("picked_up",),
    "in_transit": ("picked_up", "in_transit"),
    "failed": ("picked_up", "in_transit", "failed"),
    "returned": ("picked_up", "in_transit", "failed", "returned"),
}
"""What the courier reports one after another to get there."""


async def offer(
    cast: Cast, delivery_id: str, courier: Person, life: timedelta = LONG
) -> str | None:
    """Offer a delivery as the dispatch tick does; return the offer's id."""
    proposal = Proposal(
        delivery_id=DeliveryId(UUID(delivery_id)),
        courier_id=CourierId(UUID(courier.courier_id)),
        score=1,
        duration_s=600,
        plan=(),
        card={"why": "a test"},
    )
    async with cast.stack.station.work() as work:
        made = await offers.make(work, proposal, life)
    return None if made is None else str(made.id)


async def stand(cast: Cast, courier: Person, lat: float, lng: float) -> None:
    """Let a courier's phone have said just now that it is here."""
    now_ms = round(real_now().timestamp() * 1000)
    here = Position(
        courier_id=UUID(courier.courier_id),
        epoch=now_ms // 1000,
        seq=1,
        t_ms=now_ms,
        received_ms=now_ms,
        lat=lat,
        lng=lng,
        speed_mps=3.0,
        heading_deg=90.0,
        accuracy_m=5.0,
    )
    async with cast.stack.station.redis.pipeline(transaction=True) as pipeline:
        positions.save(pipeline, [here])
        await pipeline.execute()


async def answer(courier: Person, offer_id: str | None, act: str = "accept") -> Answer:
    """Accept or reject an offer."""
    return await courier.post(f"/api/v1/courier/offers/{offer_id}/{act}")


async def report(courier: Person, delivery_id: str, status: str, **more: Any) -> Answer:
    """Report a step of a delivery; a failure gets a reason."""
    if status == "failed":
        more.setdefault("reason", "recipient_absent")
    path = f"/api/v1/courier/deliveries/{delivery_id}/status"
    return await courier.put(path, {"status": status} | more)


async def complete(courier: Person, delivery_id: str, **more: Any) -> Answer:
    """Report that the goods were handed over."""
    return await courier.post(f"/api/v1/courier/deliveries/{delivery_id}/complete", more)


async def decide(cast: Cast, delivery_id: str, status: str, **more: Any) -> Answer:
    """Move a delivery by a dispatcher's hand."""
    more = {"comment": "a test"} | more
    path = f"/api/v1/admin/deliveries/{delivery_id}/status"
    return await cast.admin.put(path, {"status": status} | more)


async def by_hand(cast: Cast, delivery_id: str, courier: Person) -> Answer:
    """Assign a delivery by a dispatcher's hand."""
    path = f"/api/v1/admin/deliveries/{delivery_id}/courier"
    return await cast.admin.put(path, {"courierId": courier.courier_id, "reason": "a test"})


async def dossier(cast: Cast, delivery_id: str) -> dict[str, Any]:
    """Return everything that staff see of a delivery."""
    return dict((await cast.admin.get(f"/api/v1/admin/deliveries/{delivery_id}")).data)


async def brought_to(
    cast: Cast,
    courier: Person,
    status: str = "assigned_to_courier",
    customer: Person | None = None,
    **draft: Any,
) -> tuple[dict[str, Any], str]:
    """Place an order and bring its delivery to `status`; return the order and the delivery's id."""
    order = await cast.order(customer or await cast.customer(), **draft)
    delivery_id = str((await cast.delivery_of(order))["id"])
    (await answer(courier, await offer(cast, delivery_id, courier))).data  # noqa: B018
    for step in WAY[status]:
        (await report(courier, delivery_id, step)).data  # noqa: B018  # fails unless 2xx
    await cast.stack.settle()
    return order, delivery_id
