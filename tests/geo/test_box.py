"""Boxes of degrees."""

import pytest

from geo.box import Box, box_around, overlap
from geo.point import Point, distance_m

PORTO = Point(41.15, -8.61)


def test_a_box_around_a_circle_touches_it_on_each_side() -> None:
    box = box_around(PORTO, 5000)
    assert distance_m(PORTO, Point(box.max_lat, PORTO.lng)) == pytest.approx(5000, rel=1e-3)
    assert distance_m(PORTO, Point(box.min_lat, PORTO.lng)) == pytest.approx(5000, rel=1e-3)
    assert distance_m(PORTO, Point(PORTO.lat, box.min_lng)) == pytest.approx(5000, rel=1e-3)
    assert distance_m(PORTO, Point(PORTO.lat, box.max_lng)) == pytest.approx(5000, rel=1e-3)


def test_the_overlap_is_what_both_boxes_hold() -> None:
    assert overlap(Box(0, 0, 2, 3), Box(1, -1, 5, 2)) == Box(1, 0, 2, 2)
