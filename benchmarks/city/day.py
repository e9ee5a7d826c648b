"""A published day laid on the map: its zone, restaurants, couriers and orders as robots."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.city.answering import Temper
from benchmarks.city.joining import Identity
from benchmarks.city.mdrp import Instance, Meal, Rider, Xy
from benchmarks.city.world import (
    MOST_COURIERS,
    Capacity,
    CourierPlan,
    ShopPlan,
    World,
    ZonePlan,
    circle,
    nautical_time_zone,
    password_of,
    phone_number,
)
from geo.point import Plane, Point, distance_m
from geo.vehicle import Vehicle

DAY_MS = 1_528_070_400_000
"""Minute 0 of every replayed day: 2018-06-04T00:00Z, a Monday of the year of publication."""
MARGIN_M = 300.0
ACCOUNTS = 20
"""Customers' accounts that share the day's orders."""
AT_ONCE = Temper(refuses=0.0, thinks_s=(0.0, 0.0))
LARGE = Capacity(items=1000, grams=50_000_000, cm3=100_000_000)


@dataclass(frozen=True, slots=True)
class Day:
    """An instance on the map: `world` has its shops in the sequence of the instance's."""

    instance: Instance
    world: World
    shops: Mapping[str, int]
    plane: Plane
    middle: Xy
    customers: tuple[Identity, ...]

    def point(self, xy: Xy) -> Point:
        """Return where a place of the instance lies."""
        return _point(self.plane, self.middle, xy)

    def kitchen(self, meal: Meal) -> Point:
        """Return where an order is fetched."""
        return self.point(self.instance.restaurants[meal.restaurant])


def day_ms(minute: float) -> int:
    """Return a minute of the day as Unix milliseconds on the business clock."""
    return DAY_MS + round(minute * 60_000)


def lay_out(instance: Instance, anchor: Point, seed: int) -> Day:
    """Return the day with the middle of its places at `anchor`."""
    xs, ys = zip(*instance.places, strict=True)
    middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    plane = Plane(anchor)
    points = [_point(plane, middle, xy) for xy in instance.places]
    radius_m = max(distance_m(anchor, point) for point in points) + MARGIN_M
    code = f"mdrp-{instance.name}"[:36].lower() + f"-{seed}"
    zone = ZonePlan(
        code=code,
        name=f"Day {instance.name}",
        ring=circle(anchor, radius_m * 1.01),
        time_zone=nautical_time_zone(anchor.lng),
    )
    shops = tuple(
        _shop(code, seed, name, _point(plane, middle, xy))
        for name, xy in instance.restaurants.items()
    )
    couriers = tuple(
        _courier(code, seed, number, rider, instance, _point(plane, middle, rider.start))
        for number, rider in enumerate(instance.riders)
    )
    return Day(
        instance=instance,
        world=World(seed, zone, shops, couriers, ()),
        shops={name: number for number, name in enumerate(instance.restaurants)},
        plane=plane,
        middle=middle,
        customers=tuple(_customer(code, seed, number) for number in range(ACCOUNTS)),
    )


def _point(plane: Plane, middle: Xy, xy: Xy) -> Point:
    at = plane.point_at(xy[0] - middle[0], xy[1] - middle[1])
    return Point(round(at.lat, 7), round(at.lng, 7))


def _shop(code: str, seed: int, name: str, place: Point) -> ShopPlan:
    email = f"{name}.{code}@city.example"
    password = password_of(code, seed, email)
    return ShopPlan(f"Restaurant {name} of {code}", email, password, place, f"Restaurant {name}")


def _courier(
    code: str, seed: int, number: int, rider: Rider, instance: Instance, start: Point
) -> CourierPlan:
    who = Identity(phone_number(code, number), password_of(code, seed, number), "Rider", rider.id)
    return CourierPlan(
        who=who,
        vehicle=Vehicle.MOTORCYCLE,
        speed_mps=instance.metres_per_min / 60,
        capacity=LARGE,
        home=start,
        temper=AT_ONCE,
        packed=True,
        on_ms=day_ms(rider.on_min),
        off_ms=day_ms(rider.off_min),
    )


def _customer(code: str, seed: int, number: int) -> Identity:
    phone = phone_number(code, MOST_COURIERS + number)
    return Identity(phone, password_of(code, seed, MOST_COURIERS + number), "Guest", str(number))
