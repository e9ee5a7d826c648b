"""The city as its seed makes it: zone, shops, couriers, customers. Nothing here exists yet."""

import hashlib
import math
import random
import re
from dataclasses import dataclass

from benchmarks.city.answering import Temper
from benchmarks.city.chance import chance
from benchmarks.city.joining import Identity
from benchmarks.city.street_names import StreetNames
from benchmarks.city.streets import Streets
from geo.point import Point, distance_m, offset
from geo.travel import USUAL_PACES
from geo.vehicle import Vehicle

MOST_COURIERS = 5000
_PER_SHOP = 3
_CORNERS = 48
_FIRST_NAMES = """
    Ada Ali Ana Ben Bo Carl Cem Clara Dana Dario Edda Emil Eva Finn Freya Gil Hana Hugo Ida Igor
    Iva Jan Jo Kai Kira Lea Leo Lena Luca Lucia Mara Max Mia Milo Nadia Nils Noor Nuno Olga Omar
    Paul Pia Rafi Rita Rui Sam Sara Sven Tara Theo Tom Una Uma Vera Yara Zoe
"""
_LAST_NAMES = """
    Abel Adler Alves Arndt Bach Bauer Berg Blum Brandt Costa Cruz Demir Dias Ek Falk Faria Ferro
    Gomes Graf Haas Hansen Holm Ivanov Jansen Kaya Keller Khan Klein Kovac Lang Lima Lind Lopes Maas
    Marques Meyer Moreau Nagy Neves Novak Okafor Olsen Pinto Popov Reis Rossi Roy Sand Santos Silva
    Simon Sousa Stein Sun Tan Teller Vogel Weber Winter Wolf Yilmaz Zeman
"""
_SHOP_KINDS = (
    "Bakery", "Bistro", "Bookshop", "Burger Bar", "Deli", "Florist", "Greengrocer", "Grill",
    "Kitchen", "Noodle House", "Pharmacy", "Pizzeria", "Ramen Bar", "Tapas", "Tea House",
)  # fmt: skip
# Vehicle, share of couriers, parcels, grams, cm3.
_FLEET = (
    (Vehicle.MOTORCYCLE, 0.45, 6, 30_000, 120_000),
    (Vehicle.BICYCLE, 0.35, 4, 15_000, 60_000),
    (Vehicle.CAR, 0.15, 12, 200_000, 800_000),
    (Vehicle.ON_FOOT, 0.05, 2, 8_000, 40_000),
)


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """The market: `ring` is its outline, closed, for GeoJSON."""

    code: str
    name: str
    ring: tuple[Point, ...]
    time_zone: str


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """A company with one person who works there."""

    name: str
    email: str
    password: str
    place: Point
    address: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """What fits on a vehicle."""

    items: int
    grams: int
    cm3: int


@dataclass(frozen=True, slots=True)
class CourierPlan:
    """A courier; the shift is on the business clock, None: from the start, without end."""

    who: Identity
    vehicle: Vehicle
    speed_mps: float
    capacity: Capacity
    home: Point
    temper: Temper
    packed: bool
    on_ms: int | None = None
    off_ms: int | None = None


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """Somebody who orders things to their home."""

    who: Identity
    home: Point
    address: str


@dataclass(frozen=True, slots=True)
class World:
    """Everybody and everything of a city, in the sequence of their numbers."""

    seed: int
    zone: ZonePlan
    shops: tuple[ShopPlan, ...]
    couriers: tuple[CourierPlan, ...]
    customers: tuple[CustomerPlan, ...]


def draw_world(streets: Streets, names: StreetNames, couriers: int, seed: int) -> World:
    """Return the city of a seed on these streets; the same seed gives the same city.

    With more couriers it spreads further; who the people are stays. Raises ValueError for too many.
    """
    if not 1 <= couriers <= MOST_COURIERS:
        raise ValueError(f"a city has 1 to {MOST_COURIERS} couriers, not {couriers}")
    zone = _zone(streets, seed)
    reach_m = min(0.85 * streets.radius_m, 1200.0 + 170.0 * math.sqrt(couriers))
    shops = max(4, couriers // _PER_SHOP)
    customers = max(12, couriers)
    ground = _Ground(streets, names, zone.code, seed, reach_m)
    return World(
        seed,
        zone,
        tuple(_shop(ground, number) for number in range(shops)),
        tuple(_courier(ground, number) for number in range(couriers)),
        tuple(_customer(ground, number) for number in range(customers)),
    )


def phone_number(code: str, number: int) -> str:
    """Return a robot's phone number: of the international networks, so nobody's on any street."""
    digest = hashlib.sha256(code.encode()).digest()
    return f"+8835100{int.from_bytes(digest[:4], 'big') % 10_000:04d}{number:04d}"


def circle(centre: Point, radius_m: float) -> tuple[Point, ...]:
    """Return a closed ring around a centre, anticlockwise as GeoJSON wants it."""
    turns = [2 * math.pi * corner / _CORNERS for corner in range(_CORNERS)]
    ring = [offset(centre, radius_m * math.sin(a), radius_m * math.cos(a)) for a in turns]
    return (*ring, ring[0])


def nautical_time_zone(lng: float) -> str:
    """Return the time zone of a longitude at sea; the sign of these names is turned round."""
    hours = round(lng / 15)
    return "Etc/GMT" if not hours else f"Etc/GMT{'-' if hours > 0 else '+'}{abs(hours)}"


def password_of(code: str, seed: int, name: object) -> str:
    """Return a robot's password: the same at every start, and not to be guessed from its name."""
    return hashlib.sha256(f"{code}/{seed}/{name}".encode()).hexdigest()[:24]


def _zone(streets: Streets, seed: int) -> ZonePlan:
    slug = re.sub(r"[^a-z0-9]+", "-", streets.name.lower()).strip("-")[:24] or "city"
    return ZonePlan(
        code=f"{slug}-{seed}",
        name=streets.name.replace("-", " ").replace("_", " ").title(),
        ring=circle(streets.centre, streets.radius_m * 1.02),
        time_zone=nautical_time_zone(streets.centre.lng),
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where and from which seed people are drawn; most live within `reach_m` of the middle."""

    streets: Streets
    names: StreetNames
    code: str
    seed: int
    reach_m: float

    def rng(self, kind: str, number: int) -> random.Random:
        return chance(self.seed, self.code, kind, number)

    def corner(self, rng: random.Random, reach_m: float) -> Point:
        """Return a crossing near the middle rather than far out, never outside the circle."""
        streets = self.streets
        while True:
            at = offset(streets.centre, rng.gauss(0, reach_m / 2), rng.gauss(0, reach_m / 2))
            place = streets.roads.point(streets.roads.nearest_node(at))
            if distance_m(place, streets.centre) < streets.radius_m:
                return place

    def address(self, rng: random.Random, place: Point) -> str:
        return f"{self.names.at(place)} {rng.randint(1, 180)}"

    def identity(self, rng: random.Random, number: int) -> Identity:
        first, last = rng.choice(_FIRST_NAMES.split()), rng.choice(_LAST_NAMES.split())
        password = password_of(self.code, self.seed, number)
        return Identity(phone_number(self.code, number), password, first, last)


def _shop(ground: _Ground, number: int) -> ShopPlan:
    rng = ground.rng("shop", number)
    owner = rng.choice(_LAST_NAMES.split())
    email = f"shop{number}.{ground.code}@city.example"
    place = ground.corner(rng, ground.reach_m * 0.8)
    return ShopPlan(
        name=f"{owner}'s {rng.choice(_SHOP_KINDS)} {number + 1}",
        email=email,
        password=password_of(ground.code, ground.seed, email),
        place=place,
        address=ground.address(rng, place),
    )


def _courier(ground: _Ground, number: int) -> CourierPlan:
    rng = ground.rng("courier", number)
    vehicle, _, *capacity = rng.choices(_FLEET, [share for _, share, *_ in _FLEET])[0]
    pace = next(pace for of, pace in USUAL_PACES if of is vehicle)
    return CourierPlan(
        who=ground.identity(rng, number),
        vehicle=vehicle,
        speed_mps=pace.speed_mps * rng.uniform(0.9, 1.15),
        capacity=Capacity(*capacity),
        home=ground.corner(rng, ground.reach_m),
        temper=Temper(refuses=rng.choice((0.0, 0.02, 0.05, 0.15)), thinks_s=(3.0, 20.0)),
        packed=rng.random() < 0.8,
    )


def _customer(ground: _Ground, number: int) -> CustomerPlan:
    rng = ground.rng("customer", number)
    who = ground.identity(rng, MOST_COURIERS + number)
    home = ground.corner(rng, ground.reach_m)
    return CustomerPlan(who, home, ground.address(rng, home))
