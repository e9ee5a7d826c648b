"""What happens to deliveries."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from api.deliveries.lifecycle import DeliveryStatus
from api.deliveries.model import StopKind
from api.kit.events import Event
from api.kit.ids import CourierId, DeliveryId, OrderId, ZoneId


@dataclass(frozen=True, slots=True)
class DeliveryMoved(Event):
    """A delivery was opened (without an old status) or went on to its next status.

    `courier_id` is the one who has it now, `former_courier_id` the one who gave it up by this move.
    """

    topic: ClassVar[str] = "delivery.moved"

    delivery_id: DeliveryId
    order_id: OrderId
    zone_id: ZoneId
    courier_id: CourierId | None
    former_courier_id: CourierId | None
    old_status: DeliveryStatus | None
    status: DeliveryStatus


@dataclass(frozen=True, slots=True)
class RouteChanged(Event):
    """The stops of a courier, or their sequence, changed."""

    topic: ClassVar[str] = "route.changed"

    courier_id: CourierId


@dataclass(frozen=True, slots=True)
class EtaChanged(Event):
    """We now expect a delivery at another time; in four of five cases it comes in the range."""

    topic: ClassVar[str] = "delivery.eta"

    delivery_id: DeliveryId
    order_id: OrderId
    zone_id: ZoneId
    eta_at: datetime
    eta_from: datetime
    eta_until: datetime


@dataclass(frozen=True, slots=True)
class StopReached(Event):
    """A courier's fixes say that the courier is at a stop; the courier has said nothing yet."""

    topic: ClassVar[str] = "stop.reached"

    delivery_id: DeliveryId
    order_id: OrderId
    zone_id: ZoneId
    courier_id: CourierId
    stop: StopKind
    reached_at: datetime
