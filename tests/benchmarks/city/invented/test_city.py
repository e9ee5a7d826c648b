"""An invented city as a whole."""

from collections import Counter

import numpy as np
import pytest
import shapely

from benchmarks.city.invented.city import City, invent
from geo.feature import AREA_KINDS, PLACE_KINDS, ROAD_KINDS, Feature, Layer
from geo.point import Point

CENTRE = Point(41.15, -8.61)
KINDS = {Layer.AREAS: AREA_KINDS, Layer.ROADS: ROAD_KINDS, Layer.PLACES: PLACE_KINDS}


@pytest.fixture(scope="module")
def city() -> City:
    return invent(CENTRE, 1500, seed=3)


@pytest.fixture(scope="module")
def drawn(city: City) -> list[Feature]:
    return list(city.features())


def test_the_same_seed_gives_the_same_city(city: City, drawn: list[Feature]) -> None:
    again = invent(CENTRE, 1500, seed=3)
    assert again.name == city.name
    assert np.array_equal(again.roads.lats, city.roads.lats)
    assert np.array_equal(again.roads.targets, city.roads.targets)
    assert list(again.features()) == drawn


def test_features_may_be_drawn_twice(city: City, drawn: list[Feature]) -> None:
    assert list(city.features()) == drawn


def test_another_seed_gives_another_city(city: City) -> None:
    other = invent(CENTRE, 1500, seed=4)
    assert not np.array_equal(other.roads.lats, city.roads.lats)


def test_everything_a_map_shows_is_there(drawn: list[Feature]) -> None:
    kinds = Counter((feature.layer, feature.kind) for feature in drawn)
    for road in ("trunk", "primary", "secondary", "tertiary", "minor"):
        assert kinds[Layer.ROADS, road] >= 1
    assert kinds[Layer.AREAS, "water"] == 1
    assert kinds[Layer.AREAS, "park"] >= 2
    assert kinds[Layer.AREAS, "building"] >= 300
    assert kinds[Layer.PLACES, "city"] == 1
    assert kinds[Layer.PLACES, "suburb"] >= 3


def test_features_are_named_and_shaped_as_those_of_an_extract(drawn: list[Feature]) -> None:
    dimension = {Layer.AREAS: 2, Layer.ROADS: 1, Layer.PLACES: 0}
    for feature in drawn:
        shape = shapely.from_wkb(feature.wkb)
        assert feature.kind in KINDS[feature.layer]
        assert shapely.get_dimensions(shape) == dimension[feature.layer]
        assert shapely.Point(CENTRE.lng, CENTRE.lat).distance(shape) < 0.04
        assert feature.name or feature.layer is Layer.AREAS


@pytest.mark.parametrize("seed", range(8))
def test_one_gets_from_everywhere_to_everywhere(seed: int) -> None:
    roads = invent(CENTRE, 2000, seed).roads
    rng = np.random.default_rng(seed)
    for start, goal in rng.integers(0, len(roads), (5, 2)).tolist():
        path = roads.path(start, goal)
        assert path.seconds >= 0
    # The river does not cut the city in two: the one connected part reaches all quarters.
    quarters = np.column_stack([roads.lats > CENTRE.lat, roads.lngs > CENTRE.lng])
    assert np.bincount(quarters @ [1, 2]).min() > len(roads) / 12


def test_streets_do_not_run_through_the_water_but_on_bridges(drawn: list[Feature]) -> None:
    (water,) = (shapely.from_wkb(f.wkb) for f in drawn if f.kind == "water")
    shapely.prepare(water)
    wet = {
        f.kind for f in drawn if f.layer is Layer.ROADS and water.crosses(shapely.from_wkb(f.wkb))
    }
    assert wet
    assert wet <= {"trunk", "primary", "secondary"}


@pytest.mark.parametrize("radius_m", [0, 1499, 10_001, float("nan")])
def test_a_city_has_a_sensible_size(radius_m: float) -> None:
    with pytest.raises(ValueError, match="radius of 1500 to 10000 m"):
        invent(CENTRE, radius_m, seed=1)


def test_a_city_does_not_lie_at_a_pole() -> None:
    with pytest.raises(ValueError, match="latitude"):
        invent(Point(80, 0), 2000, seed=1)
