"""A generated city at one instant, for dispatch benchmarks and tests: clustered, seeded."""

import random

from dispatch.assemble import assemble
from dispatch.model import NO_DUE, CourierView, DeliveryView, Kind, Load, Stop
from dispatch.problem import Problem

_ZONE = b"generated-city-0"
_QUARTERS = 12
_HALF_M = 5000
_QUARTER_M = 900
_RIDE_M = 1300
_SERVICE_S = 120
_PROMISE_S = 2700
_ONE_ITEM = Load(1, 800, 4000)


def city(couriers: int, deliveries: int, carried: int, seed: int) -> Problem:
    """Return a city of 10 km with 12 quarters: each courier has `carried` deliveries ahead.

    Shops and couriers gather in quarters, customers live around the shops; goods are ready between
    5 minutes ago and 20 minutes ahead. The same arguments give the same problem.
    """
    rng = random.Random(seed)
    quarters = [
        (rng.randint(-_HALF_M, _HALF_M), rng.randint(-_HALF_M, _HALF_M)) for _ in range(_QUARTERS)
    ]
    fleet = [_courier(rng, quarters, carried) for _ in range(couriers)]
    waiting = [_delivery(rng, quarters) for _ in range(deliveries)]
    return assemble(_ZONE, 0, fleet, waiting)


def _courier(rng: random.Random, quarters: list[tuple[int, int]], carried: int) -> CourierView:
    x_m, y_m = _near(rng, rng.choice(quarters), _QUARTER_M)
    stops = tuple(stop for _ in range(carried) for stop in _pair(rng, quarters))
    return CourierView(
        id=rng.randbytes(16),
        x_m=x_m,
        y_m=y_m,
        speed_mm_s=rng.choice((3400, 5900)),
        ready_s=rng.randint(-100, 200),
        shift_start_s=-3600 * rng.randint(0, 4),
        shift_end_s=3600 * rng.randint(1, 5),
        done=rng.randint(0, 6),
        stops=stops,
    )


def _delivery(rng: random.Random, quarters: list[tuple[int, int]]) -> DeliveryView:
    return DeliveryView(*_pair(rng, quarters), age_s=rng.randint(0, 900))


def _pair(rng: random.Random, quarters: list[tuple[int, int]]) -> tuple[Stop, Stop]:
    id_, ready_s = rng.randbytes(16), rng.randint(-300, 1200)
    shop = _near(rng, rng.choice(quarters), _QUARTER_M)
    door = _near(rng, shop, _RIDE_M)
    return (
        Stop(id_, Kind.PICKUP, *shop, ready_s, NO_DUE, _SERVICE_S, _ONE_ITEM),
        Stop(id_, Kind.DROPOFF, *door, -3600, ready_s + _PROMISE_S, _SERVICE_S, _ONE_ITEM),
    )


def _near(rng: random.Random, place: tuple[int, int], spread_m: int) -> tuple[int, int]:
    x_m, y_m = place
    return round(rng.gauss(x_m, spread_m)), round(rng.gauss(y_m, spread_m))
