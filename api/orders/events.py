"""What happens to orders."""

from dataclasses import dataclass
from typing import ClassVar

from api.kit.events import Event
from api.kit.ids import CompanyId, OrderId, UserId, ZoneId
from api.orders.lifecycle import OrderStatus


@dataclass(frozen=True, slots=True)
class OrderPlaced(Event):
    """A customer placed an order."""

    topic: ClassVar[str] = "order.placed"

    order_id: OrderId
    order_number: str
    user_id: UserId
    company_id: CompanyId | None
    zone_id: ZoneId
    status: OrderStatus


@dataclass(frozen=True, slots=True)
class OrderMoved(Event):
    """An order went from one status to the next."""

    topic: ClassVar[str] = "order.moved"

    order_id: OrderId
    order_number: str
    user_id: UserId
    company_id: CompanyId | None
    zone_id: ZoneId
    old_status: OrderStatus
    status: OrderStatus
