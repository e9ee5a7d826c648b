"""What is ordered when: a Poisson process with waves, drawn from the seed, order by order."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.city.chance import chance
from benchmarks.city.world import World
from geo.point import Point, distance_m

WAVE_S = 2400.0
"""Business seconds from one peak to the next."""
WAVE_HEIGHT = 0.35
GIFTS, PARCELS, FOLLOWED, REGRETTED = 0.08, 0.10, 0.25, 0.02
NEAR_M = 1200.0
"""Somebody orders from a shop so much further away with a probability lower by the factor e."""

BUSY = 0.7
_STOPS_S = 330.0
"""Business seconds of a delivery that are not travel: both stops, and waiting at the shop."""
_APPROACH = 0.55
"""Metres to the pickup for each metre from there to the door, in a city as busy as meant."""
_STREET = 1.3

_THINGS = (
    # what, heaviest grams, largest cm3
    ("Lunch menu", 900, 4000),
    ("Pizza", 700, 6000),
    ("Bag of groceries", 2500, 9000),
    ("Bunch of flowers", 500, 5000),
    ("Novel", 400, 1500),
    ("Bottle of juice", 1100, 1200),
    ("Box of pastries", 800, 5000),
    ("Medicine", 150, 600),
)
_WISHES = (
    "Please ring twice.",
    "Third floor, no lift.",
    "Leave it with the neighbour.",
    None,
    None,
)


@dataclass(frozen=True, slots=True)
class Thing:
    """A line of an order."""

    title: str
    quantity: int
    grams: int
    cm3: int


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """An order to be placed so many business seconds after the one before.

    `shop` is the number of a shop, None for a parcel from the customer's own door to another's.
    `ready_after_s`, `regrets_after_s`: business seconds after it was placed.
    """

    number: int
    after_s: float
    customer: int
    recipient: int
    shop: int | None
    things: tuple[Thing, ...]
    ready_after_s: float
    notes: str | None
    is_gift: bool
    is_followed: bool
    regrets_after_s: float | None


def intensity(at_s: float) -> float:
    """Return how many times the average rate orders come at an instant; 1 on average."""
    return 1.0 + WAVE_HEIGHT * math.sin(2 * math.pi * at_s / WAVE_S)


def arrivals(rng: random.Random, per_hour: float) -> Iterator[float]:
    """Yield the business seconds between orders (thinning: Lewis and Shedler 1979).

    Raises ValueError unless the rate is above 0.
    """
    if not per_hour > 0:
        raise ValueError(f"orders per hour must be above 0, not {per_hour}")
    highest = per_hour / 3600 * (1 + WAVE_HEIGHT)
    now_s = last_s = 0.0
    while True:
        now_s += rng.expovariate(highest)
        if rng.random() * (1 + WAVE_HEIGHT) < intensity(now_s):
            yield now_s - last_s
            last_s = now_s


def order_plans(world: World, per_hour: float) -> Iterator[OrderPlan]:
    """Yield the orders of a city for ever; each depends on the seed and its number only."""
    near = [
        [math.exp(-distance_m(customer.home, shop.place) / NEAR_M) for shop in world.shops]
        for customer in world.customers
    ]
    pauses = arrivals(chance(world.seed, world.zone.code, "arrivals"), per_hour)
    for number, after_s in enumerate(pauses, start=1):
        yield _plan(world, near, number, after_s)


def _plan(world: World, near: list[list[float]], number: int, after_s: float) -> OrderPlan:
    rng = chance(world.seed, world.zone.code, "order", number)
    customer, recipient = rng.sample(range(len(world.customers)), 2)
    is_parcel = rng.random() < PARCELS
    shop = None if is_parcel else rng.choices(range(len(world.shops)), near[customer])[0]
    things = tuple(_thing(rng) for _ in range(rng.choices((1, 2, 3), (6, 3, 1))[0]))
    is_gift = rng.random() < GIFTS
    return OrderPlan(
        number=number,
        after_s=after_s,
        customer=customer,
        recipient=recipient if is_gift or is_parcel else customer,
        shop=shop,
        things=things,
        ready_after_s=rng.uniform(0, 300) if is_parcel else rng.triangular(240, 1500, 600),
        notes=rng.choice(_WISHES),
        is_gift=is_gift,
        is_followed=rng.random() < FOLLOWED,
        regrets_after_s=rng.uniform(30, 240) if rng.random() < REGRETTED else None,
    )


def _thing(rng: random.Random) -> Thing:
    title, grams, cm3 = rng.choice(_THINGS)
    return Thing(title, 1, round(grams * rng.uniform(0.4, 1)), round(cm3 * rng.uniform(0.4, 1)))


def places_of(world: World, plan: OrderPlan) -> tuple[Point, Point]:
    """Return where an order is fetched and where it is brought."""
    start = world.customers[plan.customer].home
    if plan.shop is not None:
        start = world.shops[plan.shop].place
    return start, world.customers[plan.recipient].home


def fitting_rate(world: World, looked_at: int = 300) -> float:
    """Return how many orders per hour keep about `BUSY` of the couriers busy."""
    plans = order_plans(world, 60.0)
    rides = [distance_m(*places_of(world, next(plans))) for _ in range(looked_at)]
    speed = sum(courier.speed_mps for courier in world.couriers) / len(world.couriers)
    travel_s = (1 + _APPROACH) * _STREET * sum(rides) / len(rides) / speed
    return BUSY * len(world.couriers) * 3600 / (travel_s + _STOPS_S)
