"""How a courier answers offers: thinks a moment, then accepts or refuses, as the seed decides."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.city.api_client import Person
from benchmarks.city.chance import chance
from benchmarks.city.clock import BusinessClock
from benchmarks.city.tally import Tally
from benchmarks.city.views import DeliverySeen

LOOK_S = 15.0
"""Real seconds between two looks for offers that were not heard of."""

_TOO_LATE = frozenset({"offer_closed", "courier_unavailable", "order_not_waiting"})
_REASONS = ("too far", "not that way", "need a break", "too heavy for me")


@dataclass(frozen=True, slots=True)
class Temper:
    """How likely a courier refuses, and how many business seconds the thinking takes."""

    refuses: float
    thinks_s: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a courier makes of one offer."""

    after_s: float
    refusal: str | None


def decide(seed: int, name: str, number: int, temper: Temper) -> Decision:
    """Return what a courier makes of the offer with this running number."""
    rng = chance(seed, "offer", name, number)
    after_s = rng.uniform(*temper.thinks_s)
    refusal = rng.choice(_REASONS) if rng.random() < temper.refuses else None
    return Decision(after_s, refusal)


class Answering:
    """One courier's dealings with offers; `won` is told of each delivery it got."""

    def __init__(
        self,
        person: Person,
        clock: BusinessClock,
        tally: Tally,
        is_alive: asyncio.Event,
        next_decision: Callable[[], Decision],
        won: Callable[[DeliverySeen], None],
    ) -> None:
        """Know of no offer."""
        self._person = person
        self._clock = clock
        self._tally = tally
        self._is_alive = is_alive
        self._next_decision = next_decision
        self._won = won
        self._tasks: asyncio.TaskGroup | None = None
        self._considered: dict[str, None] = {}
        self.thinking = 0

    async def run(self) -> None:
        """Answer offers until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                while True:
                    await self._is_alive.wait()
                    answer = await self._person.call("GET", "/api/v1/courier/offers")
                    for told in answer.data["offers"] if answer.ok else ():
                        self._consider(str(told["id"]))
                    await asyncio.sleep(LOOK_S)
            finally:
                self._tasks = None  # what is heard while the city stops is not answered

    def heard_new(self, told: Mapping[str, Any]) -> None:
        """Hear `offer:new`."""
        self._consider(str(told["offerId"]))

    def heard_withdrawn(self, told: Mapping[str, Any]) -> None:
        """Hear `offer:withdrawn`."""
        self._tally.offers.ended(str(told["offerId"]), str(told["reason"]))

    def _consider(self, offer_id: str) -> None:
        self._tally.offers.made(offer_id)
        if self._tasks is None or offer_id in self._considered:
            return
        self._considered[offer_id] = None
        if len(self._considered) > 1000:
            self._considered.pop(next(iter(self._considered)))
        self._tasks.create_task(self._answer(offer_id, self._next_decision()))

    async def _answer(self, offer_id: str, decision: Decision) -> None:
        self.thinking += 1
        try:
            await self._clock.sleep(decision.after_s)
            await self._is_alive.wait()
            if decision.refusal is not None:
                await self._refuse(offer_id, decision.refusal)
            else:
                await self._accept(offer_id)
        finally:
            self.thinking -= 1

    async def _accept(self, offer_id: str) -> None:
        path = f"/api/v1/courier/offers/{offer_id}/accept"
        answer = await self._person.call("POST", path, expected=_TOO_LATE)
        if answer.ok:
            self._tally.offers.ended(offer_id, "accepted")
            self._won(DeliverySeen.of(answer.data))
        elif answer.code in _TOO_LATE:
            self._tally.offers.ended(offer_id, "expired")

    async def _refuse(self, offer_id: str, reason: str) -> None:
        path = f"/api/v1/courier/offers/{offer_id}/reject"
        answer = await self._person.call("POST", path, {"reason": reason}, expected=_TOO_LATE)
        if answer.ok:
            self._tally.offers.ended(offer_id, "rejected")
