"""Legs: whole milliseconds, rounded up, the same one by one and all at once."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dispatch.legs import COORDINATE_LIMIT_M, leg_ms, legs_ms, up_to_s

differences = st.integers(-2 * COORDINATE_LIMIT_M, 2 * COORDINATE_LIMIT_M)
near = st.integers(-20_000, 20_000)
speeds = st.integers(1, 1_000_000)


@given(st.lists(st.tuples(differences, differences, speeds), min_size=1))
def test_all_at_once_is_one_by_one(legs: list[tuple[int, int, int]]) -> None:
    dx, dy, speed = np.array(legs, np.int64).T
    assert legs_ms(dx, dy, speed).tolist() == [leg_ms(*leg) for leg in legs]


@given(near, near, near, near, speeds)
def test_a_detour_is_never_shorter_by_more_than_a_millisecond(
    x: int, y: int, u: int, v: int, speed: int
) -> None:
    direct = leg_ms(x + u, y + v, speed)
    assert leg_ms(x, y, speed) + leg_ms(u, v, speed) >= direct - 1


def test_a_known_leg() -> None:
    assert leg_ms(300, -400, 5000) == 100_000
    assert leg_ms(1, 0, 3000) == 334
    assert leg_ms(0, 0, 1) == 0


def test_seconds_are_rounded_up() -> None:
    assert [up_to_s(ms) for ms in (-1999, -1000, -1, 0, 1, 1000, 1001)] == [-1, -1, 0, 0, 1, 1, 2]
