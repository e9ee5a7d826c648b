"""Simulated days of deliveries, from a seed: what really happens, and what an ETA would have said.

A courier's way is drawn when a delivery is given: traffic by the hour, a day that is slower or
faster as a whole, legs that differ, shops that are late, service that takes as long as it takes.
The ETA knows nothing of these: it is `dispatch.eta` on straight lines at the usual speed.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from dispatch.eta import etas
from dispatch.eta_range import Asked
from dispatch.model import CourierView, Kind, Stop

COURIERS = 40
SPEED_MM_S = 5000
SERVICE_S = 120
OPEN_H, CLOSE_H = 9, 22
MOST_CARRIED = 3
_ORDERS_PER_H = (30, 35, 45, 80, 85, 60, 45, 45, 60, 85, 95, 75, 45)
_PACE = (1.05, 1.0, 0.95, 0.85, 0.85, 0.95, 1.0, 0.9, 0.75, 0.7, 0.8, 0.95, 1.1)
"""How fast traffic is, hour by hour, in shares of the usual speed."""
_TOWN_M, _QUARTER_M, _RIDE_M, _QUARTERS = 4500, 800, 1500, 12
_PREPARED_S = (300, 1200)


@dataclass(frozen=True, slots=True)
class Sample:
    """An ETA asked for at some moment of a delivery, and after how long it was really there."""

    asked: Asked
    took_s: float


@dataclass(slots=True)
class _Visit:
    """A stop as it came about: seconds of the day."""

    delivery: int
    kind: Kind
    x_m: float
    y_m: float
    open_s: float
    set_out_s: float
    arrive_s: float
    done_s: float


@dataclass(slots=True)
class _Courier:
    x_m: float
    y_m: float
    visits: list[_Visit] = field(default_factory=list)

    def free_at(self, now_s: float) -> float:
        return max(now_s, self.visits[-1].done_s) if self.visits else now_s

    def carried(self, now_s: float) -> int:
        return sum(v.kind is Kind.DROPOFF and v.done_s > now_s for v in self.visits)

    def at(self, now_s: float) -> tuple[float, float]:
        """Return where the courier is."""
        x_m, y_m = self.x_m, self.y_m
        for visit in self.visits:
            if now_s < visit.arrive_s:
                way_s = visit.arrive_s - visit.set_out_s
                part = max(0.0, (now_s - visit.set_out_s) / way_s) if way_s > 0 else 1.0
                return x_m + part * (visit.x_m - x_m), y_m + part * (visit.y_m - y_m)
            x_m, y_m = visit.x_m, visit.y_m
        return x_m, y_m


@dataclass(frozen=True, slots=True)
class _Given:
    courier: _Courier
    number: int
    at_s: float
    visits: int
    """How many visits the courier had then, this delivery's included."""


def day(seed: int) -> list[Sample]:
    """Return a sample of each delivery of a day, at a moment between assignment and handover."""
    rng = random.Random(seed)
    simulated = _Day(rng)
    given = [simulated.give(number, at_s) for number, at_s in enumerate(_placed(rng))]
    return [_sample(rng, one) for one in given]


def _placed(rng: random.Random) -> Sequence[float]:
    found = []
    for hour, orders in enumerate(_ORDERS_PER_H, OPEN_H):
        found += [3600.0 * (hour + rng.random()) for _ in range(orders)]
    return sorted(found)


class _Day:
    """A town with its couriers on one day."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._luck = rng.lognormvariate(0.0, 0.06)
        self._quarters = [_near(rng, (0.0, 0.0), _TOWN_M / 2) for _ in range(_QUARTERS)]
        self._fleet = [
            _Courier(*_near(rng, rng.choice(self._quarters), 800)) for _ in range(COURIERS)
        ]

    def give(self, number: int, now_s: float) -> _Given:
        """Give a delivery to the courier who will be free and there first."""
        rng = self._rng
        shop = _near(rng, rng.choice(self._quarters), _QUARTER_M)
        door = _near(rng, shop, _RIDE_M)

        def there_s(courier: _Courier) -> float:
            last = courier.visits[-1] if courier.visits else None
            x_m, y_m = (last.x_m, last.y_m) if last else (courier.x_m, courier.y_m)
            return courier.free_at(now_s) + math.dist((x_m, y_m), shop) * 1000 / SPEED_MM_S

        able = [one for one in self._fleet if one.carried(now_s) < MOST_CARRIED] or self._fleet
        courier = min(able, key=there_s)
        told_s = now_s + rng.uniform(*_PREPARED_S)
        ready_s = told_s + max(-120.0, rng.gauss(30.0, 150.0))
        self._visit(courier, now_s, (number, Kind.PICKUP, *shop, told_s), ready_s)
        self._visit(courier, now_s, (number, Kind.DROPOFF, *door, 0.0), 0.0)
        return _Given(courier, number, now_s, len(courier.visits))

    def _visit(
        self,
        courier: _Courier,
        now_s: float,
        stop: tuple[int, Kind, float, float, float],
        ready_s: float,
    ) -> None:
        """Draw how a courier gets to a stop and how long everything takes there."""
        rng, (number, kind, x_m, y_m, told_s) = self._rng, stop
        last = courier.visits[-1] if courier.visits else None
        begin = (last.x_m, last.y_m) if last else (courier.x_m, courier.y_m)
        set_out_s = courier.free_at(now_s)
        hour = min(len(_PACE) - 1, max(0, int(set_out_s // 3600) - OPEN_H))
        pace = _PACE[hour] * self._luck * rng.lognormvariate(0.0, 0.2)
        arrive_s = set_out_s + math.dist(begin, (x_m, y_m)) * 1000 / SPEED_MM_S / pace
        done_s = max(arrive_s, ready_s) + SERVICE_S * rng.lognormvariate(0.0, 0.5)
        courier.visits.append(_Visit(number, kind, x_m, y_m, told_s, set_out_s, arrive_s, done_s))


def _sample(rng: random.Random, given: _Given) -> Sample:
    """Ask at some moment when the goods will be there, as the ETA watch would have."""
    visits = given.courier.visits[: given.visits]
    pickup, dropoff = visits[-2:]
    now_s = rng.uniform(given.at_s, dropoff.done_s)
    x_m, y_m = given.courier.at(now_s)
    ahead = [visit for visit in visits if visit.done_s > now_s]
    view = CourierView(
        id=b"courier",
        x_m=round(x_m),
        y_m=round(y_m),
        speed_mm_s=SPEED_MM_S,
        stops=tuple(_stop(visit, now_s) for visit in ahead),
    )
    left_s = etas(view)[-1].begin_s
    aboard = pickup.done_s <= now_s
    return Sample(Asked(left_s, int(now_s // 3600) % 24, aboard), dropoff.done_s - now_s)


def _stop(visit: _Visit, now_s: float) -> Stop:
    return Stop(
        delivery=visit.delivery.to_bytes(16, "big"),
        kind=visit.kind,
        x_m=round(visit.x_m),
        y_m=round(visit.y_m),
        open_s=max(0, round(visit.open_s - now_s)),
        service_s=SERVICE_S,
    )


def _near(rng: random.Random, place: tuple[float, float], spread_m: float) -> tuple[float, float]:
    return rng.gauss(place[0], spread_m), rng.gauss(place[1], spread_m)
