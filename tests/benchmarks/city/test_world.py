"""The city as its seed makes it."""

import pytest

from benchmarks.city.street_names import StreetNames
from benchmarks.city.streets import invented_streets
from benchmarks.city.world import (
    MOST_COURIERS,
    World,
    circle,
    draw_world,
    nautical_time_zone,
    phone_number,
)
from geo.point import Point, distance_m
from geo.polygon import parse

STREETS = invented_streets(Point(46.2, 8.9), 1500.0, seed=3)
NAMES = StreetNames(STREETS.features())


def world(seed: int = 1, couriers: int = 10) -> World:
    return draw_world(STREETS, NAMES, couriers, seed)


def test_the_same_seed_gives_the_same_city() -> None:
    assert world() == world()


def test_another_seed_gives_other_people_in_another_zone() -> None:
    one, other = world(1), world(2)
    assert one.zone.code != other.zone.code
    assert {c.who.phone for c in one.couriers}.isdisjoint(c.who.phone for c in other.couriers)


def test_who_the_couriers_are_does_not_depend_on_how_many_there_are() -> None:
    few, many = world(couriers=5), world(couriers=30)
    assert [c.who for c in few.couriers] == [c.who for c in many.couriers[:5]]
    assert [s.email for s in few.shops] == [s.email for s in many.shops[: len(few.shops)]]


def test_everybody_has_a_phone_number_of_their_own() -> None:
    found = world(couriers=40)
    phones = [one.who.phone for one in (*found.couriers, *found.customers)]
    assert len(phones) == len(set(phones))


def test_phone_numbers_are_possible_ones_of_the_international_networks() -> None:
    assert phone_number("porto-1", 9999).startswith("+8835100")
    assert len(phone_number("porto-1", 7)) == 16


def test_everybody_lives_inside_the_zone() -> None:
    found = world(couriers=40)
    homes = [one.home for one in (*found.couriers, *found.customers)]
    places = [*homes, *(shop.place for shop in found.shops)]
    assert all(distance_m(place, STREETS.centre) < STREETS.radius_m for place in places)


def test_addresses_name_streets_that_exist() -> None:
    streets = {feature.name for feature in STREETS.features()}
    assert all(shop.address.rpartition(" ")[0] in streets for shop in world().shops)


def test_the_zone_is_a_shape_that_the_api_takes() -> None:
    ring = [[p.lng, p.lat] for p in circle(Point(46.2, 8.9), 1000.0)]
    assert parse({"type": "Polygon", "coordinates": [ring]}, "polygon").area > 0


@pytest.mark.parametrize(
    ("lng", "zone"),
    [(0.0, "Etc/GMT"), (-8.6, "Etc/GMT+1"), (8.9, "Etc/GMT-1"), (139.7, "Etc/GMT-9")],
)
def test_the_time_zone_follows_from_the_longitude(lng: float, zone: str) -> None:
    assert nautical_time_zone(lng) == zone


@pytest.mark.parametrize("couriers", [0, MOST_COURIERS + 1])
def test_a_city_of_an_impossible_size_is_refused(couriers: int) -> None:
    with pytest.raises(ValueError, match="1 to 5000 couriers"):
        draw_world(STREETS, NAMES, couriers, 1)
