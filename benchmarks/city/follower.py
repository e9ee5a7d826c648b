"""Somebody who follows an order by its tracking link, and checks what the link gives away."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from benchmarks.city.api_client import Person
from benchmarks.city.city import City
from benchmarks.city.live_socket import Listener
from benchmarks.city.news import News
from benchmarks.city.views import TrackingSeen

LOOK_S = 20.0
GRACE_S = 5.0
"""Real seconds within which a position may still come after the end of what allows it."""
_EXACT = frozenset({"picked_up", "in_transit", "delivered"})
_OVER = frozenset({"delivered", "cancelled"})


class Follower:
    """Whoever holds the link of one order."""

    def __init__(self, city: City, order_id: str, token: str) -> None:
        """Hold a link."""
        self._city = city
        self._order_id = order_id
        self._token = token
        self._visitor = Person(city.api)
        self._news = News()
        self._over_since: float | None = None
        self._may_be_exact = False
        self._doubts = 0

    async def follow(self) -> None:
        """Follow until a little after the order's end."""
        self._city.tally.followed += 1
        heard: dict[str, Listener] = {
            "delivery:location": self._heard_position,
            "delivery:updated": self._news.tell,
            "order:updated": self._heard_order,
        }
        socket = self._city.socket(self._desk, heard)
        following = asyncio.create_task(socket.run(), name="follower's socket")
        try:
            while not await self._is_over():
                await self._news.wait(LOOK_S)
            self._over_since = self._over_since or time.monotonic()
            await asyncio.sleep(2 * GRACE_S)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _desk(self) -> str | None:
        answer = await self._visitor.call("POST", f"/api/v1/tracking/{self._token}/tickets")
        return str(answer.data["ticket"]) if answer.ok else None

    async def _is_over(self) -> bool:
        doubts, self._doubts = self._doubts, 0
        answer = await self._visitor.call("GET", f"/api/v1/tracking/{self._token}")
        if not answer.ok:
            return False
        seen = TrackingSeen.of(answer.data)
        self._city.book.looked_up(seen)
        self._may_be_exact = seen.delivery_status in _EXACT
        alarms, position = self._city.tally.alarms, answer.data["position"]
        if doubts and not self._may_be_exact:
            alarms["an exact position before pickup"] += doubts
        if position is not None and position["exact"] and not self._may_be_exact:
            alarms["an exact position before pickup (HTTP)"] += 1
        if position is not None and seen.order_status in _OVER:
            alarms["a position after the end (HTTP)"] += 1
        return seen.order_status in _OVER

    def _heard_order(self, told: Mapping[str, Any]) -> None:
        if told["status"] in _OVER:
            self._over_since = time.monotonic()
        self._news.tell()

    def _heard_position(self, told: Mapping[str, Any]) -> None:
        tally = self._city.tally
        tally.positions_followed += 1
        if told["orderId"] != self._order_id:
            tally.alarms["a position of somebody else's order"] += 1
        if self._over_since is not None and time.monotonic() - self._over_since > GRACE_S:
            tally.alarms["a position after the end"] += 1
        if told["exact"] and not self._may_be_exact:
            self._doubts += 1
            self._news.tell()
