"""Which statuses a courier goes through, and who may verify one."""

from enum import StrEnum

from api.kit.lifecycle import By, Lifecycle


class CourierStatus(StrEnum):
    """Whether a courier works now."""

    OFFLINE = "offline"
    ONLINE = "online"
    ON_DELIVERY = "on_delivery"
    ON_BREAK = "on_break"


class Verification(StrEnum):
    """Whether a manager has checked the courier's papers."""

    PENDING = "pending"
    VERIFIED = "verified"
    REJECTED = "rejected"


_COURIER = frozenset({By.COURIER})
_SYSTEM = frozenset({By.SYSTEM})
_EITHER = _COURIER | _SYSTEM

COURIER = Lifecycle(
    "the courier",
    {
        (CourierStatus.OFFLINE, CourierStatus.ONLINE): _COURIER,
        (CourierStatus.ONLINE, CourierStatus.OFFLINE): _EITHER,
        (CourierStatus.ONLINE, CourierStatus.ON_DELIVERY): _SYSTEM,
        (CourierStatus.ONLINE, CourierStatus.ON_BREAK): _COURIER,
        (CourierStatus.ON_BREAK, CourierStatus.ONLINE): _COURIER,
        (CourierStatus.ON_BREAK, CourierStatus.OFFLINE): _EITHER,
        (CourierStatus.ON_DELIVERY, CourierStatus.ONLINE): _SYSTEM,
        (CourierStatus.ON_DELIVERY, CourierStatus.OFFLINE): _SYSTEM,
    },
)

VERIFICATION = Lifecycle(
    "the verification",
    {
        (Verification.PENDING, Verification.VERIFIED): frozenset({By.OPERATOR}),
        (Verification.PENDING, Verification.REJECTED): frozenset({By.OPERATOR}),
        (Verification.REJECTED, Verification.PENDING): _COURIER,
        (Verification.VERIFIED, Verification.PENDING): _SYSTEM,
    },
)

ON_SHIFT = frozenset({CourierStatus.ONLINE, CourierStatus.ON_DELIVERY, CourierStatus.ON_BREAK})
"""Statuses in which the courier's phone is listened to."""

WORKING = frozenset({CourierStatus.ONLINE, CourierStatus.ON_DELIVERY})
"""Statuses in which the courier may be offered deliveries."""
