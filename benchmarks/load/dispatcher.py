"""A dispatcher: looks through the orders, opens one, moves the map."""

import random
from itertools import count

from locust import between, task

from benchmarks.load.person import Person
from geo.box import box_around
from geo.point import Point, offset

ROUNDS_PER_MOVE = 3
LOOKS_AT_M = (800.0, 4000.0)
_STAFF = "/api/v1/admin"


class Dispatcher(Person):
    """Somebody at the console. `middle` is of the zone."""

    wait_time = between(0.5, 1.5)
    middle: Point

    def on_start(self) -> None:
        """Sit down."""
        super().on_start()
        self._rounds = count()

    @task
    def work(self) -> None:
        """Move the map, then look at some orders, and so on."""
        number = next(self._rounds)
        if number % ROUNDS_PER_MOVE:
            self._open_an_order()
        else:
            self._move_the_map(number)

    def _open_an_order(self) -> None:
        """List the newest orders, open one of them with its history and its delivery."""
        query = "page=1&pageSize=50"
        listed = self.call("list orders", "GET", f"{_STAFF}/orders?{query}")
        if not listed or not listed["items"]:
            return
        order = random.choice(listed["items"])["id"]
        self.call("open an order", "GET", f"{_STAFF}/orders/{order}")
        self.call("open its history", "GET", f"{_STAFF}/orders/{order}/history")
        found = self.call("find its delivery", "GET", f"{_STAFF}/deliveries?orderId={order}")
        for delivery in found["items"] if found else ():
            self.call("open its delivery", "GET", f"{_STAFF}/deliveries/{delivery['id']}")

    def _move_the_map(self, revision: int) -> None:
        """Look at another part of the zone; its snapshots and changes follow by themselves."""
        if not self.sio.connected and not self.connect("/api/v1/realtime/tickets"):
            return
        middle = offset(self.middle, random.uniform(-1500, 1500), random.uniform(-1500, 1500))
        box = box_around(middle, random.uniform(*LOOKS_AT_M))
        corners = [box.min_lat, box.min_lng, box.max_lat, box.max_lng]
        self.ask("view", {"zoom": 13.0, "bbox": corners, "rev": revision})
