"""What dispatchers get to know of alerts."""

from typing import Self

from api.alerts.model import Alert, AlertKind
from api.kit.ids import CourierId, DeliveryId, OrderId, ZoneId
from api.kit.schema import Moment, View


class AlertView(View):
    """One thing to look at."""

    kind: AlertKind
    delivery_id: DeliveryId
    order_id: OrderId
    courier_id: CourierId | None
    zone_id: ZoneId
    raised_at: Moment

    @classmethod
    def of(cls, alert: Alert) -> Self:
        """Return the view of `alert`."""
        return cls(**{name: getattr(alert, name) for name in cls.model_fields})


class AlertsView(View):
    """What is wrong now, the oldest first."""

    alerts: list[AlertView]
