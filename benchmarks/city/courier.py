"""A robot courier: gets an account, is verified, goes online, lives a shift, goes home."""

import asyncio
from contextlib import suppress
from itertools import count

from benchmarks.city.answering import Answering, Decision, decide
from benchmarks.city.api_client import Person
from benchmarks.city.carrying import Carrier, Handling, Surroundings
from benchmarks.city.chance import chance
from benchmarks.city.city import City
from benchmarks.city.clock import rfc3339
from benchmarks.city.errors import CityError
from benchmarks.city.gps import Luck, Receiver, episodes
from benchmarks.city.live_socket import Listener
from benchmarks.city.phone import Phone, PhoneKind
from benchmarks.city.views import CourierSeen
from benchmarks.city.waiting import wait_until
from benchmarks.city.world import CourierPlan

LOOK_S = 20.0
"""Real seconds between two looks at the own status: somebody may have sent the courier home."""
SETTLE_S = 15.0
AT_THE_END_S = 1.0


class Courier:
    """One robot courier; `join` first, then `work`, again and again if need be."""

    def __init__(self, city: City, plan: CourierPlan, handling: Handling, luck: Luck) -> None:
        """Be nobody yet."""
        self._city = city
        self._plan = plan
        self._handling = handling
        self._luck = luck
        self._name = plan.who.phone
        self._person: Person | None = None
        self._offers = count(1)
        self._starts = count(1)
        self._carrier: Carrier | None = None
        self._is_home = False
        self._sent_home = asyncio.Event()
        self.is_on_shift = False

    @property
    def is_busy(self) -> bool:
        """Tell whether the courier has anything to fetch or to bring."""
        return self.is_on_shift and self._carrier is not None and bool(self._carrier.stops)

    @property
    def is_done(self) -> bool:
        """Tell whether the shift is over and the courier at home."""
        return self._is_home

    def send_home(self) -> None:
        """End the shift early; what is aboard is delivered first."""
        self._sent_home.set()

    async def join(self) -> None:
        """Get an account, apply, be verified; what was done before is not done again."""
        plan = self._plan
        person = await self._city.reception.join(plan.who, "courier")
        application = {
            "vehicleType": plan.vehicle.value,
            "vehicleNumber": f"C-{plan.who.phone[-4:]}",
            "capacityItems": plan.capacity.items,
            "capacityGrams": plan.capacity.grams,
            "capacityCm3": plan.capacity.cm3,
            "homeZoneId": self._city.zone_id,
        }
        answer = await person.call("POST", "/api/v1/courier/register", application)
        if not answer.ok:
            raise CityError(f"{plan.who.name} cannot apply as a courier: {answer.message}")
        seen = CourierSeen.of(answer.data)
        if not seen.is_verified:
            await self._city.hall.verify(seen.id)
        self._person = person

    async def work(self) -> None:
        """Work from the beginning of the shift to its end; for ever when it has none."""
        person, clock = self._person, self._city.clock
        if person is None:
            raise CityError("a courier joins before working")
        if self._plan.on_ms is not None:
            await clock.sleep_until(self._plan.on_ms)
        carrier, phone, answering = self._equip(person)
        await self._go_online(person)
        try:
            self.is_on_shift = True
            async with asyncio.TaskGroup() as life:
                on_phone = life.create_task(phone.run())
                at_work = [
                    life.create_task(carrier.run()),
                    life.create_task(answering.run()),
                    life.create_task(self._stay_online(person)),
                ]
                await self._await_end(carrier, answering)
                for task in at_work:
                    task.cancel()
                await phone.settle(SETTLE_S)
                on_phone.cancel()
        finally:
            self.is_on_shift = False
        await person.call("PUT", "/api/v1/courier/status", {"status": "offline"})
        self._is_home = True

    def _equip(self, person: Person) -> tuple[Carrier, Phone, Answering]:
        city, plan = self._city, self._plan
        number = next(self._starts)
        carrier = Carrier(
            person,
            self._name,
            plan.home,
            plan.speed_mps,
            self._handling,
            Surroundings(city.clock, city.ways, city.book, city.tally),
            chance(city.seed, self._name, "handling", number),
        )
        if self._carrier is not None:
            carrier.start_from(self._carrier)
        answering = Answering(
            person, city.clock, city.tally, carrier.is_alive, self._next_decision, carrier.won
        )

        listeners: dict[str, Listener] = {
            "offer:new": answering.heard_new,
            "offer:withdrawn": answering.heard_withdrawn,
            "route:updated": carrier.news.tell,
            "delivery:updated": carrier.news.tell,
            "order:updated": carrier.news.tell,
        }
        kind = PhoneKind(
            plan.packed,
            Receiver(chance(city.seed, self._name, "gps", number), self._luck),
            episodes(chance(city.seed, self._name, "troubles", number), self._luck),
        )
        phone = Phone(
            kind,
            city.clock,
            carrier.pose,
            city.tally,
            lambda heard: city.socket_of(person, heard),
            listeners,
            carrier.is_alive,
        )
        self._carrier = carrier
        return carrier, phone, answering

    def _next_decision(self) -> Decision:
        return decide(self._city.seed, self._name, next(self._offers), self._plan.temper)

    async def _go_online(self, person: Person) -> None:
        change = {"status": "online"}
        if self._plan.off_ms is not None:
            change["until"] = rfc3339(self._plan.off_ms)
        answer = await person.call("PUT", "/api/v1/courier/status", change)
        if not answer.ok:
            raise CityError(f"{self._plan.who.name} cannot go online: {answer.message}")

    async def _stay_online(self, person: Person) -> None:
        """Look now and then whether the installation thinks so too."""
        while True:
            await asyncio.sleep(LOOK_S)
            answer = await person.call("GET", "/api/v1/courier/profile")
            if answer.ok and CourierSeen.of(answer.data).status == "offline":
                await self._go_online(person)

    async def _await_end(self, carrier: Carrier, answering: Answering) -> None:
        """Wait for the end of the shift, and then until nothing is left to carry."""
        left_s = None
        if self._plan.off_ms is not None:
            left_s = self._city.clock.real_s_until(self._plan.off_ms)
        with suppress(TimeoutError):
            async with asyncio.timeout(left_s):
                await self._sent_home.wait()
        await wait_until(lambda: not answering.thinking)
        while await carrier.next_stop() is not None:
            await carrier.news.wait(AT_THE_END_S)
