"""Areas over many places: the grid answers as asking every area does, one place at a time."""

import math

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon

from geo.cover import Area, Cover

LAT, LNG = 41.0, 69.0
UNIT = 0.01


def star(middle: tuple[float, float], radii: list[float]) -> Polygon:
    """Return an area around a place: so far in each direction, in units."""
    corners = []
    for number, radius in enumerate(radii):
        way = 2 * math.pi * number / len(radii)
        east, north = middle[0] + radius * math.cos(way), middle[1] + radius * math.sin(way)
        corners.append((LNG + UNIT * east, LAT + UNIT * north))
    return Polygon(corners)


PLACES = st.tuples(st.integers(-60, 60), st.integers(-60, 60)).map(lambda p: (p[0] / 6, p[1] / 6))
STARS = st.builds(star, PLACES, st.lists(st.floats(0.1, 6.0), min_size=3, max_size=9))
AREAS = st.one_of(
    STARS,
    st.builds(shapely.union, STARS, STARS),
    st.builds(shapely.difference, STARS, STARS),
)


@settings(max_examples=200, deadline=None)
@given(areas=st.lists(AREAS, max_size=8), places=st.lists(PLACES, max_size=30))
def test_the_cover_finds_what_asking_each_area_finds(
    areas: list[Area], places: list[tuple[float, float]]
) -> None:
    """Corners of areas lie on places, so that borders are asked for too."""
    lng = np.array([LNG + UNIT * east for east, _ in places])
    lat = np.array([LAT + UNIT * north for _, north in places])
    found = Cover(areas).find(lat, lng)
    wanted = [
        (place, number)
        for place, (at_lat, at_lng) in enumerate(zip(lat.tolist(), lng.tolist(), strict=True))
        for number, area in enumerate(areas)
        if shapely.intersects(area, Point(at_lng, at_lat))
    ]
    assert list(zip(found.place.tolist(), found.area.tolist(), strict=True)) == wanted


def test_squares_are_found_with_their_borders_and_corners() -> None:
    """Two that touch, one far away, one of two parts."""
    left, right = shapely.box(0.0, 0.0, 1.0, 1.0), shapely.box(1.0, 0.0, 2.0, 1.0)
    parts = MultiPolygon([shapely.box(0.25, 0.25, 0.5, 0.5), shapely.box(50.0, 50.0, 51.0, 51.0)])
    cover = Cover([left, right, parts])
    lng = np.array([0.5, 1.0, 2.0, 2.1, 50.5, 0.3, np.nan])
    lat = np.array([0.9, 0.5, 1.0, 0.5, 50.5, 0.3, 0.0])
    found = cover.find(lat, lng)
    assert found.place.tolist() == [0, 1, 1, 2, 4, 5, 5]
    assert found.area.tolist() == [0, 0, 1, 1, 2, 0, 2]
    assert len(cover) == 3


def test_no_area_and_an_empty_one_contain_nothing() -> None:
    """Nothing to lay a grid over."""
    here = np.array([LAT])
    assert not len(Cover([]).find(here, np.array([LNG])).place)
    assert not len(Cover([Polygon()]).find(here, np.array([LNG])).place)
