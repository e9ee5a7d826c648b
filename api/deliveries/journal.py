"""Every change of a delivery goes through here: checked, saved, numbered, told."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from api.deliveries import repository
from api.deliveries.events import DeliveryMoved
from api.deliveries.lifecycle import DELIVERY, DeliveryStatus
from api.deliveries.model import Delivery, DeliveryEvent
from api.kit.ids import new_id
from api.kit.lifecycle import By
from api.kit.work import Work
from geo.point import Point


async def move(
    work: Work,
    delivery: Delivery,
    status: DeliveryStatus,
    by: By,
    *,
    comment: str | None = None,
    location: Point | None = None,
    client_ts: datetime | None = None,
    **changes: Any,
) -> Delivery:
    """Bring a locked delivery into `status` together with `changes` of its fields.

    Raises `InvalidTransition` where `by` may not make the move.
    """
    moved = replace(
        delivery,
        status=DELIVERY.advance(delivery.status, status, by),
        version=delivery.version + 1,
        updated_at=work.now,
        **changes,
    )
    await repository.save_move(work, moved)
    data = {"by": by.value} | ({"comment": comment} if comment else {})
    await note(work, delivery, moved, data=data, location=location, client_ts=client_ts)
    return moved


async def note(
    work: Work,
    old: Delivery | None,
    new: Delivery,
    *,
    data: dict[str, Any] | None = None,
    location: Point | None = None,
    client_ts: datetime | None = None,
) -> None:
    """Write one numbered line into the delivery's journal and emit the event."""
    event = DeliveryEvent(
        id=new_id(),
        delivery_id=new.id,
        seq=await repository.next_seq(work, new.id),
        kind="opened" if old is None else "moved",
        old_status=old.status if old else None,
        new_status=new.status,
        actor_id=work.actor.user_id,
        courier_id=new.courier_id or (old.courier_id if old else None),
        location=location,
        data=data or {},
        at=work.now,
        client_ts=client_ts,
    )
    await repository.add_event(work, event)
    gave_up = old.courier_id if old and old.courier_id != new.courier_id else None
    work.emit(
        DeliveryMoved(
            delivery_id=new.id,
            order_id=new.order_id,
            zone_id=new.zone_id,
            courier_id=new.courier_id,
            former_courier_id=gave_up,
            old_status=old.status if old else None,
            status=new.status,
        )
    )
