"""Identifiers: version 7 UUIDs made by the application, and one type per kind of thing."""

import secrets
import time
from typing import NewType
from uuid import UUID

UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
CompanyId = NewType("CompanyId", UUID)
ZoneId = NewType("ZoneId", UUID)
CourierId = NewType("CourierId", UUID)
OrderId = NewType("OrderId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
OfferId = NewType("OfferId", UUID)
RouteId = NewType("RouteId", UUID)


def new_id() -> UUID:
    """Return a version 7 UUID (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits.

    Ids made later sort later, so that primary-key indexes grow at one end.
    """
    unix_ms = time.time_ns() // 1_000_000
    randomness = secrets.randbits(74)
    rand_a, rand_b = randomness >> 62, randomness & ((1 << 62) - 1)
    return UUID(int=(unix_ms << 80) | (7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b)
