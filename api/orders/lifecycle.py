"""The one order machine: statuses, moves, and who may make each."""

from enum import StrEnum

from api.kit.lifecycle import By, Lifecycle


class OrderStatus(StrEnum):
    """Where an order stands; goods and gifts never enter the rental part."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    PREPARING = "preparing"
    READY_FOR_DELIVERY = "ready_for_delivery"
    IN_DELIVERY = "in_delivery"
    DELIVERED = "delivered"
    ACTIVE = "active"
    RETURN_REQUESTED = "return_requested"
    RETURNED = "returned"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


_S = OrderStatus


def _by(*who: By) -> frozenset[By]:
    return frozenset(who)


ORDER = Lifecycle(
    "the order",
    {
        (_S.PENDING, _S.CONFIRMED): _by(By.SYSTEM, By.OPERATOR),
        (_S.PENDING, _S.CANCELLED): _by(By.CUSTOMER, By.OPERATOR, By.SYSTEM),
        (_S.CONFIRMED, _S.PREPARING): _by(By.OPERATOR, By.VENDOR, By.SYSTEM),
        (_S.CONFIRMED, _S.CANCELLED): _by(By.CUSTOMER, By.OPERATOR, By.VENDOR),
        (_S.PREPARING, _S.READY_FOR_DELIVERY): _by(By.OPERATOR, By.VENDOR, By.SYSTEM),
        (_S.PREPARING, _S.CANCELLED): _by(By.OPERATOR, By.VENDOR, By.CUSTOMER),
        (_S.READY_FOR_DELIVERY, _S.IN_DELIVERY): _by(By.COURIER, By.SYSTEM),
        (_S.READY_FOR_DELIVERY, _S.DELIVERED): _by(By.OPERATOR),
        (_S.READY_FOR_DELIVERY, _S.CANCELLED): _by(By.OPERATOR),
        (_S.IN_DELIVERY, _S.DELIVERED): _by(By.COURIER, By.SYSTEM),
        (_S.IN_DELIVERY, _S.READY_FOR_DELIVERY): _by(By.SYSTEM, By.OPERATOR),
        (_S.IN_DELIVERY, _S.CANCELLED): _by(By.OPERATOR),
        (_S.DELIVERED, _S.ACTIVE): _by(By.SYSTEM),
        (_S.DELIVERED, _S.COMPLETED): _by(By.SYSTEM, By.CUSTOMER),
        (_S.DELIVERED, _S.RETURN_REQUESTED): _by(By.CUSTOMER),
        (_S.ACTIVE, _S.RETURN_REQUESTED): _by(By.CUSTOMER, By.SYSTEM),
        (_S.ACTIVE, _S.RETURNED): _by(By.OPERATOR),
        (_S.RETURN_REQUESTED, _S.ACTIVE): _by(By.CUSTOMER, By.OPERATOR),
        (_S.RETURN_REQUESTED, _S.DELIVERED): _by(By.CUSTOMER, By.OPERATOR),
        (_S.RETURN_REQUESTED, _S.RETURNED): _by(By.COURIER, By.OPERATOR),
        (_S.RETURNED, _S.COMPLETED): _by(By.OPERATOR),
        (_S.RETURNED, _S.REFUNDED): _by(By.SYSTEM),
        (_S.COMPLETED, _S.REFUNDED): _by(By.OPERATOR),
        (_S.CANCELLED, _S.REFUNDED): _by(By.SYSTEM),
    },
)

WAITING_FOR_PICKUP = frozenset({_S.CONFIRMED, _S.PREPARING, _S.READY_FOR_DELIVERY})
"""Statuses in which a courier may be sent for the goods."""

OVER = frozenset({_S.DELIVERED, _S.CANCELLED, _S.COMPLETED, _S.RETURNED, _S.REFUNDED})
"""Nothing more is brought: whoever follows the order has seen how it ended."""
