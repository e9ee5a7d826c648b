"""What happens to alerts."""

from dataclasses import dataclass
from typing import ClassVar

from api.alerts.model import AlertKind
from api.kit.events import Event
from api.kit.ids import CourierId, DeliveryId, OrderId, ZoneId


@dataclass(frozen=True, slots=True)
class AlertChanged(Event):
    """Something is wrong with a delivery, or is not any more (`is_open` says which)."""

    topic: ClassVar[str] = "alert.changed"

    kind: AlertKind
    delivery_id: DeliveryId
    order_id: OrderId
    courier_id: CourierId | None
    zone_id: ZoneId
    is_open: bool
