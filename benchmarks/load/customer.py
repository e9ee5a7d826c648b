"""A customer: places an order, makes a tracking link and follows it, over HTTP and by socket."""

import random
from collections.abc import Mapping
from typing import Any

from locust import between, task

from benchmarks.load.person import Person
from geo.point import Point, offset

REACH_M = 2500.0
MOST_LOOKS = 12
_OVER = frozenset({"delivered", "cancelled"})


class Customer(Person):
    """Somebody with one order at a time. `middle` is of the zone."""

    wait_time = between(1.0, 2.0)
    middle: Point

    def on_start(self) -> None:
        """Want nothing yet."""
        super().on_start()
        self._link = ""
        self._looks = 0
        self.hear("delivery:location", self._heard_position)

    @task
    def order_or_look(self) -> None:
        """Order, or look how the order stands; after its end, or many looks, leave it alone."""
        if not self._link:
            self._order()
            return
        self._looks += 1
        seen = self.call("look at a link", "GET", self._link)
        if (seen is not None and seen["orderStatus"] in _OVER) or self._looks >= MOST_LOOKS:
            self.sio.disconnect()
            self._link, self._looks = "", 0

    def _order(self) -> None:
        draft = {
            "pickup": self._place("where it is"),
            "dropoff": self._place("where it goes"),
            "items": [{"title": "A parcel", "weightGrams": 500}],
        }
        order = self.call("place an order", "POST", "/api/v1/orders", draft)
        if order is None:
            return
        path = f"/api/v1/orders/{order['id']}/tracking-links"
        link = self.call("make a tracking link", "POST", path, {})
        if link is not None:
            self._link = f"/api/v1/tracking/{link['token']}"
            self.connect(f"{self._link}/tickets")

    def _place(self, address: str) -> dict[str, Any]:
        by_m = (random.uniform(-REACH_M, REACH_M) for _ in range(2))
        point = offset(self.middle, *by_m)
        return {"latitude": point.lat, "longitude": point.lng, "address": address}

    def _heard_position(self, told: Mapping[str, Any]) -> None:
        """Note how old the fix is; one from before this connection was not sent for it."""
        if told["atMs"] >= self.ready_ms:
            age_ms = max(0.0, (self.now_ms() - told["atMs"]) / self.clock_speed)
            self.note("fix to tracking page", age_ms)
