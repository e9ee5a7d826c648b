"""Reads instances of the meal delivery routing problem (Reyes et al. 2018, Grubhub's mdrplib)."""

import math
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from benchmarks.city.errors import CityError

Xy = tuple[float, float]
"""Planar metres, x east and y north."""


@dataclass(frozen=True, slots=True)
class Meal:
    """An order; minutes of the day."""

    id: str
    door: Xy
    restaurant: str
    placed_min: int
    ready_min: int


@dataclass(frozen=True, slots=True)
class Rider:
    """A courier: where the shift starts, from when to when (minutes of the day)."""

    id: str
    start: Xy
    on_min: int
    off_min: int

    @property
    def hours(self) -> float:
        """Return the hours on duty."""
        return (self.off_min - self.on_min) / 60


@dataclass(frozen=True, slots=True)
class Instance:
    """One published day.

    A stop takes `pickup_min` or `dropoff_min` minutes, half of it before the goods change hands
    and half after. `late_min` is the target for click-to-door. Money: `pay` per order, or the
    `guarantee` per hour on duty when that is more.
    """

    name: str
    meals: tuple[Meal, ...]
    riders: tuple[Rider, ...]
    restaurants: dict[str, Xy]
    metres_per_min: float
    pickup_min: float
    dropoff_min: float
    late_min: float
    pay: float
    guarantee: float

    def travel_min(self, a: Xy, b: Xy) -> int:
        """Return the minutes between two places, rounded up as the rules say."""
        return math.ceil(math.dist(a, b) / self.metres_per_min)

    @property
    def first_min(self) -> int:
        """Return when the day begins: with the first courier or the first order."""
        starts = [rider.on_min for rider in self.riders]
        return min(*starts, *(meal.placed_min for meal in self.meals))

    @property
    def places(self) -> list[Xy]:
        """Return every place of the day."""
        doors = [meal.door for meal in self.meals]
        return [*doors, *self.restaurants.values(), *(rider.start for rider in self.riders)]


def read_instance(archive: Path, name: str) -> Instance:
    """Return an instance out of a zip file; raise CityError when it is not there or damaged."""
    try:
        with zipfile.ZipFile(archive) as file:
            folders = {Path(entry).parent.name: str(Path(entry).parent) for entry in
                       file.namelist() if entry.endswith("orders.txt")}  # fmt: skip
            if name not in folders:
                raise _unknown(archive, name, folders)
            tables = {
                part: _rows(file.read(f"{folders[name]}/{part}.txt").decode())
                for part in ("orders", "couriers", "restaurants", "instance_parameters")
            }
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        message = f"{archive} cannot be read as a zip file of instances: {error}."
        raise CityError(message) from error
    try:
        return _instance(name, tables)
    except (ValueError, IndexError) as error:
        raise CityError(f"Instance {name} in {archive} is damaged: {error}.") from error


def _unknown(archive: Path, name: str, known: Iterable[str]) -> CityError:
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(names[:3])} ..."
    return CityError(f"{archive} has no instance {name}; {hint}")


def _rows(text: str) -> list[list[str]]:
    """Return the rows of a tab separated table below its header."""
    return [line.split("\t") for line in text.splitlines() if line.strip()][1:]


def _instance(name: str, tables: dict[str, list[list[str]]]) -> Instance:
    restaurants = {row[0]: (float(row[1]), float(row[2])) for row in tables["restaurants"]}
    speed, pickup, dropoff, late, _most, pay, guarantee = map(
        float, tables["instance_parameters"][0][:7]
    )
    meals = tuple(
        Meal(row[0], (float(row[1]), float(row[2])), row[4], _whole(row[3]), _whole(row[5]))
        for row in tables["orders"]
    )
    riders = tuple(
        Rider(row[0], (float(row[1]), float(row[2])), _whole(row[3]), _whole(row[4]))
        for row in tables["couriers"]
    )
    homeless = {meal.restaurant for meal in meals} - set(restaurants)
    if homeless or not meals or not riders or speed <= 0:
        raise ValueError(
            f"restaurants {sorted(homeless)} are missing" if homeless else "it is empty"
        )
    return Instance(name, meals, riders, restaurants, speed, pickup, dropoff, late, pay, guarantee)


def _whole(text: str) -> int:
    return round(float(text))


def feasible(instance: Instance) -> frozenset[str]:
    """Return the ids of the orders that some courier could pick up before going off duty.

    For that, a courier who rests at the start of the shift is sent at the earliest moment when
    both the shift has begun and the order is placed, and arrives, spends the first half of the
    pickup's service there, and waits until the meal is ready. What other orders the courier has
    is left aside: an order outside this set cannot be delivered by any policy that does not move
    couriers before the order is known, one inside it may still be out of reach together with
    others.
    """
    found = set()
    for meal in instance.meals:
        kitchen = instance.restaurants[meal.restaurant]
        for rider in instance.riders:
            leave = max(rider.on_min, meal.placed_min)
            arrive = leave + instance.travel_min(rider.start, kitchen)
            pickup = max(meal.ready_min, arrive + instance.pickup_min / 2)
            if leave < rider.off_min and pickup <= rider.off_min:
                found.add(meal.id)
                break
    return frozenset(found)


def floor_min(instance: Instance, meal: Meal) -> float:
    """Return the click-to-door minutes below which no policy can bring an order."""
    travel = instance.travel_min(instance.restaurants[meal.restaurant], meal.door)
    service = instance.pickup_min / 2 + instance.dropoff_min / 2
    return meal.ready_min - meal.placed_min + service + travel
