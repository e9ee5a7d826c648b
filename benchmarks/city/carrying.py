"""What a courier does on the road: follows the route, stop by stop, and reports."""

import asyncio
import random
from dataclasses import dataclass

from benchmarks.city.api_client import NO_CODES, Answer, Person
from benchmarks.city.clock import BusinessClock, rfc3339
from benchmarks.city.motion import Motion, Pose, standing
from benchmarks.city.news import News
from benchmarks.city.order_book import OrderBook
from benchmarks.city.tally import Tally
from benchmarks.city.views import DeliverySeen, StopSeen
from benchmarks.city.ways import Ways
from geo.point import Point, distance_m

LOOK_AGAIN_S = 20.0
"""Real seconds between two looks at the route when nothing is heard: events may get lost."""
AFTER_ERROR_S = 2.0
AT_PLACE_M = 5.0
ASK_SHOP_S = 10.0
"""Business seconds between two questions whether an overdue order is ready."""

_NOT_READY = frozenset({"not_ready"})


@dataclass(frozen=True, slots=True)
class Handling:
    """Business seconds spent at a stop before and after the goods change hands."""

    before_s: tuple[float, float]
    after_s: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a courier moves in and writes down in."""

    clock: BusinessClock
    ways: Ways
    book: OrderBook
    tally: Tally


class Carrier:
    """A courier on the road. `news` wakes it; `is_alive` is clear while its phone is dead."""

    def __init__(
        self,
        person: Person,
        name: str,
        home: Point,
        speed_mps: float,
        handling: Handling,
        around: Surroundings,
        rng: random.Random,
    ) -> None:
        """Stand at home."""
        self._person = person
        self._name = name
        self._speed_mps = speed_mps
        self._handling = handling
        self._around = around
        self._clock = around.clock
        self._rng = rng
        self._motion = standing(home)
        self._known: dict[str, DeliverySeen] = {}
        self.stops: list[StopSeen] = []
        self.news = News()
        self.is_alive = asyncio.Event()
        self.is_alive.set()

    def pose(self, now_ms: int) -> Pose:
        """Return where the courier is at an instant."""
        return self._motion.pose(now_ms)

    def start_from(self, before: "Carrier") -> None:
        """Stand where the courier was when an earlier life of it ended."""
        self._motion = standing(before.pose(self._clock.now_ms()).point)

    def won(self, delivery: DeliverySeen) -> None:
        """Take up a delivery whose offer was accepted."""
        self._known[delivery.id] = delivery
        self.news.tell()

    async def run(self) -> None:
        """Work through the route until cancelled."""
        while True:
            stop = await self.next_stop()
            if stop is None:
                await self.news.wait(LOOK_AGAIN_S)
            elif await self._reach(stop.point):
                await self._serve(stop)

    async def next_stop(self) -> StopSeen | None:
        """Read the route anew and return its first stop."""
        answer = await self._call("GET", "/api/v1/courier/route")
        if answer.ok:
            self.stops = [StopSeen.of(stop) for stop in answer.data["stops"]]
            here = {stop.delivery_id for stop in self.stops}
            self._known = {one: seen for one, seen in self._known.items() if one in here}
        elif not self.stops:
            return None
        return self.stops[0] if self.stops else None

    async def _reach(self, goal: Point) -> bool:
        """Move towards a place; False when there was news on the way and it is not reached."""
        now_ms = self._clock.now_ms()
        if self._motion.line.points[-1] != goal:
            here = self._motion.pose(now_ms).point
            if distance_m(here, goal) <= AT_PLACE_M:
                self._motion = standing(goal)
            else:
                way = self._around.ways.way(here, goal)
                self._motion = Motion(way, now_ms, self._speed_mps)
        left_s = self._clock.real_s_until(self._motion.ends_ms)
        return left_s <= 0 or not await self.news.wait(left_s)

    async def _serve(self, stop: StopSeen) -> None:
        await self._clock.sleep(self._rng.uniform(*self._handling.before_s))
        done = await (self._pick_up(stop) if stop.is_pickup else self._hand_over(stop))
        if done:
            await self._clock.sleep(self._rng.uniform(*self._handling.after_s))
            if stop.is_pickup:
                await self._report(stop, "in_transit")

    async def _pick_up(self, stop: StopSeen) -> bool:
        """Take the goods as soon as the shop has them ready; False when there is nothing to do."""
        await self._clock.sleep_until(await self._ready_ms(stop))
        while True:
            answer = await self._report(stop, "picked_up", _NOT_READY)
            if answer.ok:
                return True
            if answer.code not in _NOT_READY:
                await self._wonder()
                return False
            pause_s = self._clock.real_s(ASK_SHOP_S)
            await self.news.wait(min(5.0, max(0.5, pause_s)))
            if await self.next_stop() != stop:
                return False

    async def _hand_over(self, stop: StopSeen) -> bool:
        path = f"/api/v1/courier/deliveries/{stop.delivery_id}/complete"
        answer = await self._call("POST", path, {**self._here(), "receivedBy": "at the door"})
        if not answer.ok:
            await self._wonder()
            return False
        self._note(answer)
        return True

    async def _report(
        self, stop: StopSeen, status: str, expected: frozenset[str] = NO_CODES
    ) -> Answer:
        path = f"/api/v1/courier/deliveries/{stop.delivery_id}/status"
        answer = await self._call("PUT", path, {**self._here(), "status": status}, expected)
        if answer.ok:
            self._note(answer)
        return answer

    async def _ready_ms(self, stop: StopSeen) -> int:
        """Return when the shop means to have it ready; asks once per delivery."""
        if stop.delivery_id not in self._known:
            answer = await self._call("GET", "/api/v1/courier/deliveries/active")
            if answer.ok:
                seen = [DeliverySeen.of(told) for told in answer.data["deliveries"]]
                self._known |= {one.id: one for one in seen}
        known = self._known.get(stop.delivery_id)
        return known.ready_ms if known else 0

    async def _wonder(self) -> None:
        """Pause after an answer that was not expected; the route is read anew afterwards."""
        await self.news.wait(AFTER_ERROR_S)

    async def _call(
        self,
        method: str,
        path: str,
        body: object = None,
        expected: frozenset[str] = NO_CODES,
    ) -> Answer:
        await self.is_alive.wait()
        return await self._person.call(method, path, body, expected=expected)

    def _note(self, answer: Answer) -> None:
        delivery = DeliverySeen.of(answer.data)
        if not self._around.book.carried(delivery, self._name):
            self._around.tally.alarms["an order had two couriers"] += 1

    def _here(self) -> dict[str, object]:
        now_ms = self._clock.now_ms()
        point = self._motion.pose(now_ms).point
        return {
            "latitude": round(point.lat, 7),
            "longitude": round(point.lng, 7),
            "clientTs": rfc3339(now_ms),
        }
