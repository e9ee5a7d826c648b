"""What robots read in the API's answers and in events, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.city.clock import unix_ms
from geo.point import Point


def _ms(text: str | None) -> int | None:
    return None if text is None else unix_ms(text)


def _point(told: Mapping[str, Any]) -> Point:
    return Point(float(told["latitude"]), float(told["longitude"]))


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order; instants are Unix ms on the business clock."""

    id: str
    number: str
    status: str
    company_id: str | None
    placed_ms: int
    ready_ms: int
    promised_until_ms: int

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "OrderSeen":
        """Read an OrderView."""
        return cls(
            id=told["id"],
            number=told["orderNumber"],
            status=told["status"],
            company_id=told["companyId"],
            placed_ms=unix_ms(told["placedAt"]),
            ready_ms=unix_ms(told["readyAt"]),
            promised_until_ms=unix_ms(told["promisedUntil"]),
        )


@dataclass(frozen=True, slots=True)
class TrackingSeen:
    """How an order stands, as its followers see it."""

    order_id: str
    order_status: str
    delivery_status: str | None
    picked_up_ms: int | None
    delivered_ms: int | None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "TrackingSeen":
        """Read a TrackingView."""
        return cls(
            order_id=told["orderId"],
            order_status=told["orderStatus"],
            delivery_status=told["deliveryStatus"],
            picked_up_ms=_ms(told["pickedUpAt"]),
            delivered_ms=_ms(told["deliveredAt"]),
        )


@dataclass(frozen=True, slots=True)
class DeliverySeen:
    """A delivery as its courier sees it."""

    id: str
    order_id: str
    status: str
    ready_ms: int
    picked_up_ms: int | None
    delivered_ms: int | None

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "DeliverySeen":
        """Read a DeliveryView."""
        return cls(
            id=told["id"],
            order_id=told["orderId"],
            status=told["status"],
            ready_ms=unix_ms(told["readyAt"]),
            picked_up_ms=_ms(told["pickedUpAt"]),
            delivered_ms=_ms(told["deliveredAt"]),
        )


@dataclass(frozen=True, slots=True)
class StopSeen:
    """A stop of a courier's route."""

    delivery_id: str
    order_id: str
    is_pickup: bool
    point: Point

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "StopSeen":
        """Read a StopView."""
        return cls(told["deliveryId"], told["orderId"], told["kind"] == "pickup", _point(told))


@dataclass(frozen=True, slots=True)
class CourierSeen:
    """The courier's own account."""

    id: str
    status: str
    is_verified: bool

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "CourierSeen":
        """Read a CourierView."""
        return cls(told["id"], told["status"], told["verificationStatus"] == "verified")
