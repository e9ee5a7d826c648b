"""Which statuses a delivery goes through, and who may make each move."""

from enum import StrEnum

from api.kit.lifecycle import By, Lifecycle


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    ASSIGNED = "assigned_to_courier"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class FailureReason(StrEnum):
    """Why a delivery failed."""

    RECIPIENT_ABSENT = "recipient_absent"
    WRONG_ADDRESS = "wrong_address"
    REFUSED = "refused"
    DAMAGED = "damaged"
    ACCESS = "access"
    VEHICLE = "vehicle"
    OTHER = "other"


_S = DeliveryStatus


def _by(*who: By) -> frozenset[By]:
    return frozenset(who)


DELIVERY = Lifecycle(
    "the delivery",
    {
        (_S.PENDING, _S.ASSIGNED): _by(By.COURIER, By.OPERATOR, By.SYSTEM),
        (_S.PENDING, _S.CANCELLED): _by(By.OPERATOR, By.SYSTEM),
        (_S.ASSIGNED, _S.PENDING): _by(By.OPERATOR, By.COURIER, By.SYSTEM),
        (_S.ASSIGNED, _S.PICKED_UP): _by(By.COURIER),
        (_S.ASSIGNED, _S.CANCELLED): _by(By.OPERATOR, By.SYSTEM),
        (_S.PICKED_UP, _S.IN_TRANSIT): _by(By.COURIER, By.SYSTEM),
        (_S.PICKED_UP, _S.FAILED): _by(By.COURIER, By.OPERATOR),
        (_S.PICKED_UP, _S.DELIVERED): _by(By.COURIER),
        (_S.IN_TRANSIT, _S.DELIVERED): _by(By.COURIER),
        (_S.IN_TRANSIT, _S.FAILED): _by(By.COURIER, By.OPERATOR),
        (_S.FAILED, _S.IN_TRANSIT): _by(By.COURIER, By.OPERATOR),
        (_S.FAILED, _S.RETURNED): _by(By.COURIER, By.OPERATOR),
        (_S.RETURNED, _S.PENDING): _by(By.OPERATOR, By.SYSTEM),
    },
)

ABOARD = frozenset({_S.PICKED_UP, _S.IN_TRANSIT, _S.FAILED})
"""The courier has the goods."""

OPEN = ABOARD | {_S.ASSIGNED}
"""A courier works on it."""

EXPECTED = OPEN - {_S.FAILED}
"""The courier is on the way to the customer: what has failed is expected at no time."""

BROUGHT = ABOARD & EXPECTED
"""The courier brings the goods to the customer: only now is being at the door an arrival."""
