"""Where a robot is at an instant."""

import pytest

from benchmarks.city.motion import Motion, standing
from geo.point import Point, distance_m, offset
from geo.polyline import line_of

START = Point(41.15, -8.61)
CORNER = offset(START, 0.0, 100.0)
END = offset(CORNER, 200.0, 0.0)
MOTION = Motion(line_of([START, CORNER, END]), began_ms=10_000, speed_mps=10.0)


def test_before_it_begins_the_robot_stands_at_the_start() -> None:
    assert MOTION.pose(0).point == START


def test_on_the_way_it_moves_along_the_line_at_its_speed() -> None:
    pose = MOTION.pose(10_000 + 15_000)
    assert distance_m(pose.point, offset(CORNER, 50.0, 0.0)) < 0.5
    assert pose.speed_mps == 10.0
    assert pose.heading_deg == pytest.approx(0.0, abs=0.5)


def test_at_the_end_it_stands() -> None:
    pose = MOTION.pose(MOTION.ends_ms + 1)
    assert (pose.point, pose.speed_mps, pose.heading_deg) == (END, 0.0, None)


def test_the_end_is_reached_after_length_over_speed() -> None:
    assert MOTION.ends_ms - 10_000 == pytest.approx(30_000, abs=50)


def test_somebody_who_stands_is_at_one_place_for_ever() -> None:
    assert standing(START).pose(0).point == standing(START).pose(10**12).point == START
