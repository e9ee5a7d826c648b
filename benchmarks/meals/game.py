"""The game of a meal day: what a courier may do and when things then happen, minute by minute.

The rules are those of the published instances (Reyes et al. 2018, section 1, without moves ahead
of orders): whole minutes; a courier accepts one bundle from one restaurant at a time and is not
diverted; half of a stop's service lies before the goods change hands and half after.
"""

import random
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.city.mdrp import Instance, feasible, floor_min

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_LATE_MIN = (5, 20)


@dataclass(frozen=True, slots=True)
class Disturbance:
    """How much goes wrong: shares of offers refused and of orders ready later than announced."""

    refusals: float = 0.0
    late_shops: float = 0.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Trip:
    """A bundle under way: minutes; `drops` are the dropoffs' minutes in the order of `meals`."""

    courier: int
    meals: tuple[int, ...]
    assigned_min: int
    pickup_min: int
    drops: tuple[int, ...]


class Dispatcher(Protocol):
    """Decides, once a minute, which bundles are offered to whom."""

    def decide(self, game: "Game", now: int) -> list[tuple[int, list[int]]]:
        """Return (courier, meals in the order of their dropoffs) to be offered now."""


class Game:
    """One day as it goes: who is where, what is done, what is known of the shops."""

    def __init__(self, day: Instance, disturbance: Disturbance) -> None:
        """Begin the day; what will go wrong is drawn now, the same for every dispatcher."""
        self.day, self.disturbance = day, disturbance
        meals, riders = day.meals, day.riders
        self.door: Floats = np.array([meal.door for meal in meals])
        self.shop: Floats = np.array([day.restaurants[meal.restaurant] for meal in meals])
        names = {name: row for row, name in enumerate(day.restaurants)}
        self.shop_of: Ints = np.array([names[meal.restaurant] for meal in meals])
        self.placed: Ints = np.array([meal.placed_min for meal in meals])
        self.announced: Ints = np.array([meal.ready_min for meal in meals])
        self.on: Ints = np.array([rider.on_min for rider in riders])
        self.off: Ints = np.array([rider.off_min for rider in riders])
        self.place: Floats = np.array([rider.start for rider in riders])
        self.free: Ints = self.on.copy()
        self.done: Ints = np.zeros(len(riders), np.int64)
        self.is_open = np.ones(len(meals), np.bool_)
        self.refused: list[set[int]] = [set() for _ in meals]
        self.trips: list[Trip] = []
        self.before, self.at_door = int(day.pickup_min // 2), int(day.dropoff_min // 2)
        self.to_door: Ints = self.travel(self.shop, self.door)
        rng = random.Random(disturbance.seed)
        delays = [
            rng.randint(*_LATE_MIN) if rng.random() < disturbance.late_shops else 0 for _ in meals
        ]
        self.ready: Ints = self.announced + np.array(delays)

    def travel(self, a: Floats, b: Floats) -> Ints:
        """Return whole minutes between places, rounded up; the shapes broadcast."""
        away = np.hypot(a[..., 0] - b[..., 0], a[..., 1] - b[..., 1])
        minutes: Ints = np.ceil(away / self.day.metres_per_min).astype(np.int64)
        return minutes

    def known_ready(self, now: int) -> Ints:
        """Return when meals will be ready as far as the shops have said: delays are told late."""
        return np.where(self.announced <= now, self.ready, self.announced)

    def open_meals(self, now: int) -> Ints:
        """Return the meals that are ordered and not yet given to a courier."""
        return np.flatnonzero(self.is_open & (self.placed <= now))

    def offer(self, now: int, courier: int, meals: list[int]) -> bool:
        """Offer a bundle to a courier who is free; tell whether it was taken.

        Raises ValueError when the rules forbid it.
        """
        shops = {int(self.shop_of[meal]) for meal in meals}
        if len(shops) != 1 or not all(self.is_open[meal] for meal in meals):
            raise ValueError("a bundle is made of open orders of one restaurant")
        if not (self.on[courier] <= now < self.off[courier] and self.free[courier] <= now):
            raise ValueError("the courier is not free")
        if self._refuses(courier, meals):
            for meal in meals:
                self.refused[meal].add(courier)
            return False
        arrive = now + int(self.travel(self.place[courier], self.shop[meals[0]]))
        pickup = max(int(self.ready[meals].max()), arrive + self.before)
        said = max(int(self.known_ready(now)[meals].max()), arrive + self.before)
        if said > self.off[courier]:
            raise ValueError("the courier goes off duty before that pickup")
        at, clock, drops = self.shop[meals[0]], pickup + self.before, []
        for meal in meals:
            drop = clock + int(self.travel(at, self.door[meal])) + self.at_door
            drops.append(drop)
            at, clock = self.door[meal], drop + self.at_door
        self.is_open[meals] = False
        self.place[courier], self.free[courier] = at, clock
        self.done[courier] += len(meals)
        self.trips.append(Trip(courier, tuple(meals), now, pickup, tuple(drops)))
        return True

    def _refuses(self, courier: int, meals: list[int]) -> bool:
        share = self.disturbance.refusals
        if not share:
            return False
        key = (self.disturbance.seed * 1_000_003 + courier) * 1_000_003 + min(meals)
        return random.Random(key).random() < share


def play(game: Game, dispatcher: Dispatcher) -> None:
    """Play a day to its end: decisions at every whole minute until nobody could serve any more."""
    last = int(max(game.off.max(), game.placed.max())) + 1
    for now in range(int(game.placed.min()), last):
        if not len(game.open_meals(now)):
            continue
        for courier, meals in dispatcher.decide(game, now):
            game.offer(now, courier, meals)


def floors(game: Game) -> Floats:
    """Return the click-to-door minutes below which no policy can bring each order."""
    told = np.array([floor_min(game.day, meal) for meal in game.day.meals])
    later: Floats = told + (game.ready - game.announced)
    return later


def unreachable(game: Game) -> tuple[str, ...]:
    """Return the ids of the orders that nobody on the shift plan could pick up."""
    served = feasible(game.day)
    return tuple(meal.id for meal in game.day.meals if meal.id not in served)
