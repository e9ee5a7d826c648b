"""Distances, bearings and the plane."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.point import Plane, Point, bearing_deg, distance_m, distances_m, offset

PORTO, LISBON = Point(41.1496, -8.6110), Point(38.7223, -9.1393)
CITIES = st.builds(Point, st.floats(-60, 60), st.floats(-180, 180))
ANYWHERE = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
NEAR_M = st.floats(-6000, 6000)


def test_a_known_distance_is_right_to_half_a_percent() -> None:
    assert distance_m(PORTO, LISBON) == pytest.approx(274_000, rel=0.005)


def test_a_degree_of_the_equator_is_its_share_of_the_circumference() -> None:
    degree_m = 2 * math.pi * 6_371_008.8 / 360
    assert distance_m(Point(0, 0), Point(0, 1)) == pytest.approx(degree_m)


def test_opposite_places_are_half_the_globe_apart() -> None:
    assert distance_m(Point(0, 0), Point(0, 180)) == pytest.approx(math.pi * 6_371_008.8)


def test_the_way_across_the_antimeridian_is_the_short_one() -> None:
    assert distance_m(Point(0, 179.9), Point(0, -179.9)) < 23_000


@given(ANYWHERE, ANYWHERE)
def test_distances_are_symmetric_and_never_negative(a: Point, b: Point) -> None:
    assert distance_m(a, b) >= 0
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), rel=1e-12, abs=1e-6)
    assert distance_m(a, a) == 0


@given(st.lists(ANYWHERE, min_size=1, max_size=8), ANYWHERE)
def test_many_distances_equal_one_by_one(points: list[Point], to: Point) -> None:
    many = distances_m([p.lat for p in points], [p.lng for p in points], to)
    assert many == pytest.approx([distance_m(p, to) for p in points], rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(
    ("to", "expected"),
    [(Point(1, 0), 0), (Point(0, 1), 90), (Point(-1, 0), 180), (Point(0, -1), 270)],
)
def test_bearings_count_clockwise_from_north(to: Point, expected: float) -> None:
    assert bearing_deg(Point(0, 0), to) == pytest.approx(expected)


@given(ANYWHERE, ANYWHERE)
def test_a_bearing_is_never_a_full_circle(a: Point, b: Point) -> None:
    assert 0 <= bearing_deg(a, b) < 360


@given(CITIES, NEAR_M, NEAR_M)
def test_an_offset_lies_as_far_away_as_asked(start: Point, north_m: float, east_m: float) -> None:
    moved = distance_m(start, offset(start, north_m, east_m))
    assert moved == pytest.approx(math.hypot(north_m, east_m), rel=0.002, abs=1e-3)


@given(CITIES, NEAR_M, NEAR_M)
def test_the_plane_gives_back_what_it_was_given(origin: Point, x: float, y: float) -> None:
    plane = Plane(origin)
    assert plane.xy_of(plane.point_at(x, y)) == pytest.approx((x, y), abs=1e-5)


@given(CITIES, st.lists(st.tuples(NEAR_M, NEAR_M), min_size=1, max_size=6))
def test_arrays_and_single_places_are_projected_alike(
    origin: Point, positions: list[tuple[float, float]]
) -> None:
    plane = Plane(origin)
    places = plane.to_points(positions)
    assert places.shape == (len(positions), 2)
    singly = [plane.point_at(x, y) for x, y in positions]
    assert np.allclose(places, np.array(singly), rtol=0, atol=1e-12)
    assert np.allclose(plane.to_xy(places[:, 0], places[:, 1]), positions, atol=1e-5)


@given(CITIES, NEAR_M, NEAR_M, NEAR_M, NEAR_M)
def test_planar_distances_are_those_of_the_globe_within_a_city(
    origin: Point, x0: float, y0: float, x1: float, y1: float
) -> None:
    plane = Plane(origin)
    a, b = plane.point_at(x0, y0), plane.point_at(x1, y1)
    assert math.hypot(x1 - x0, y1 - y0) == pytest.approx(distance_m(a, b), rel=0.002, abs=1e-3)


def test_a_plane_at_the_antimeridian_has_no_seam() -> None:
    plane = Plane(Point(-17.0, 179.99))
    x, _ = plane.xy_of(Point(-17.0, -179.99))
    assert x == pytest.approx(distance_m(Point(-17, 179.99), Point(-17, -179.99)), rel=1e-4)
    assert plane.point_at(x, 0.0).lng == pytest.approx(-179.99)
