"""A robot shop: sees the orders of its company, prepares them, has them ready, sometimes late."""

import asyncio
from dataclasses import dataclass
from itertools import count

from benchmarks.city.api_client import Answer, Person
from benchmarks.city.chance import chance
from benchmarks.city.city import City
from benchmarks.city.errors import CityError
from benchmarks.city.news import News
from benchmarks.city.views import OrderSeen
from benchmarks.city.world import ShopPlan

LOOK_S = 15.0
"""Real seconds between two looks at the orders when nothing is heard."""

_NO_ACCOUNT = frozenset({"wrong_credentials"})
_MOVED_ON = frozenset({"invalid_transition", "not_found"})


@dataclass(frozen=True, slots=True)
class Kitchen:
    """How a shop works, business seconds: until it takes an order up, and how late it may be."""

    takes_up_s: tuple[float, float]
    late_share: float
    late_s: tuple[float, float]


USUAL = Kitchen(takes_up_s=(2.0, 15.0), late_share=0.2, late_s=(60.0, 420.0))
PUNCTUAL = Kitchen(takes_up_s=(0.0, 0.0), late_share=0.0, late_s=(0.0, 0.0))


def lateness_s(seed: int, shop: str, number: int, kitchen: Kitchen) -> float:
    """Return how much later than meant a shop has the order with this running number ready."""
    rng = chance(seed, "kitchen", shop, number)
    late_s = rng.uniform(*kitchen.late_s)
    return late_s if rng.random() < kitchen.late_share else 0.0


class Shop:
    """One robot shop."""

    def __init__(self, city: City, plan: ShopPlan, company_id: str, kitchen: Kitchen) -> None:
        """Work for a company that exists."""
        self._city = city
        self._plan = plan
        self._company_id = company_id
        self._kitchen = kitchen
        self._numbers = count(1)
        self._in_hand: set[str] = set()
        self._person = Person(city.api, plan.email, plan.password)

    async def join(self) -> None:
        """Sign in; the operator opens the account where there is none."""
        async with self._city.reception.queue:
            if (await self._person.sign_in(_NO_ACCOUNT)).ok:
                return
            await self._city.hall.employ(self._plan, self._company_id)
            answer = await self._person.sign_in()
        if not answer.ok:
            raise CityError(f"{self._plan.name} cannot sign in: {answer.message}")

    async def work(self) -> None:
        """Prepare orders until cancelled."""
        news = News()
        listeners = {"order:new": news.tell, "order:updated": news.tell}
        socket = self._city.socket_of(self._person, listeners)
        self._in_hand.clear()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(socket.run())
            while True:
                for order in await self._waiting_orders():
                    if order.id not in self._in_hand:
                        self._in_hand.add(order.id)
                        tasks.create_task(self._prepare(order))
                await news.wait(LOOK_S)

    async def _waiting_orders(self) -> list[OrderSeen]:
        query = {"status": ["confirmed", "preparing"]}
        found = [
            OrderSeen.of(told) async for told in self._person.pages("/api/v1/vendor/orders", query)
        ]
        return found[::-1]

    async def _prepare(self, order: OrderSeen) -> None:
        number = next(self._numbers)
        rng = chance(self._city.seed, "taking up", self._plan.name, number)
        try:
            if order.status == "confirmed":
                await self._city.clock.sleep(rng.uniform(*self._kitchen.takes_up_s))
                if not (await self._move(order, "preparing")).ok:
                    return
            late_s = lateness_s(self._city.seed, self._plan.name, number, self._kitchen)
            await self._city.clock.sleep_until(order.ready_ms + late_s * 1000)
            if (await self._move(order, "ready_for_delivery")).ok:
                self._city.book.marked_ready(order.id, self._city.clock.now_ms())
        finally:
            self._in_hand.discard(order.id)

    async def _move(self, order: OrderSeen, status: str) -> Answer:
        path = f"/api/v1/vendor/orders/{order.id}/status"
        return await self._person.call("PUT", path, {"status": status}, expected=_MOVED_ON)
