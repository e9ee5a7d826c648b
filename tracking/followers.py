"""The customers' lane: a courier's position to the followers of an order, without a tick.

Before pickup followers see the middle of an H3 cell only; the exact place from pickup to delivery.
What comes too soon after the last position is held back; the newest of it follows with a tick. So
is what comes while nobody vouches for the plans: the delivery may be over.
"""

import math
from uuid import UUID

from geo import cells
from geo.point import Point
from tracking import rooms
from tracking.fleet import Fleet, LiveCourier
from tracking.plans import Followed
from tracking.positions import Position
from tracking.sockets import Sockets

COARSE_RESOLUTION = 8


class Followers:
    """Sends positions to the rooms of orders, not more often than once per gap."""

    def __init__(self, sockets: Sockets, gap_s: float) -> None:
        self._sockets = sockets
        self._gap_s = gap_s
        self.are_vouched = False
        self._sent_at: dict[UUID, float] = {}
        self._held_back: dict[UUID, UUID] = {}

    def tell(self, courier: LiveCourier, now_s: float) -> None:
        """Send the courier's position to whoever follows one of the orders."""
        for followed in courier.orders:
            self._tell(courier, followed, now_s)

    def catch_up(self, fleet: Fleet, now_s: float) -> None:
        """Send the positions held back whose time has come."""
        waiting, self._held_back = self._held_back, {}
        for order_id, courier_id in waiting.items():
            courier = fleet.couriers.get(courier_id)
            for followed in courier.orders if courier else ():
                if courier is not None and followed.order_id == order_id:
                    self._tell(courier, followed, now_s)

    def _tell(self, courier: LiveCourier, followed: Followed, now_s: float) -> None:
        position, order_id = courier.position, followed.order_id
        if position is None:
            return
        if not self.are_vouched or now_s - self._sent_at.get(order_id, -math.inf) < self._gap_s:
            self._held_back[order_id] = courier.id
            return
        self._sent_at[order_id] = now_s
        shown = _shown(followed, position)
        self._sockets.emit("delivery:location", shown, to=rooms.order(order_id))

    def forget(self, still_followed: set[UUID]) -> None:
        """Forget orders that nobody carries any more."""
        for order_id in self._sent_at.keys() - still_followed:
            del self._sent_at[order_id]


def _shown(followed: Followed, position: Position) -> dict[str, object]:
    place = Point(position.lat, position.lng)
    if not followed.exact:
        place = cells.centre(cells.cell_of(place, COARSE_RESOLUTION))
    return {
        "orderId": str(followed.order_id),
        "latitude": round(place.lat, 6),
        "longitude": round(place.lng, 6),
        "headingDeg": position.heading_deg if followed.exact else None,
        "speedMps": position.speed_mps if followed.exact else None,
        "atMs": position.t_ms,
        "exact": followed.exact,
    }
