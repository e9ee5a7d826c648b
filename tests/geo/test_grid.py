"""The bucket grid against measuring and sorting everything."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from geo.grid import Grid

# Few distinct values give ties and shared buckets; wide ones give empty rings.
COORDINATES = st.integers(-6, 6).map(lambda n: n * 250.0) | st.floats(-1e5, 1e5)
POSITIONS = st.dictionaries(st.integers(-50, 50), st.tuples(COORDINATES, COORDINATES), max_size=40)
BUCKETS = st.sampled_from([1.0, 99.9, 250.0, 500.0, 1e6])


def brute_nearest(
    positions: dict[int, tuple[float, float]], x: float, y: float, k: int, within_m: float
) -> list[tuple[float, int]]:
    """Measure all, sort all: slow and obvious."""
    away = [(math.hypot(at_x - x, at_y - y), id_) for id_, (at_x, at_y) in positions.items()]
    return sorted(pair for pair in away if pair[0] <= within_m)[:k]


@given(
    POSITIONS,
    BUCKETS,
    COORDINATES,
    COORDINATES,
    st.integers(0, 12),
    st.sampled_from([0.0, 250.0, 500.0, 3000.0, math.inf]),
)
def test_the_nearest_are_those_a_full_search_finds(
    positions: dict[int, tuple[float, float]],
    bucket_m: float,
    x: float,
    y: float,
    k: int,
    within_m: float,
) -> None:
    grid = Grid(bucket_m)
    for id_, at in positions.items():
        grid.put(id_, *at)
    assert grid.nearest(x, y, k, within_m) == brute_nearest(positions, x, y, k, within_m)


class MovingThings(RuleBasedStateMachine):
    """Any sequence of puts, moves and removes leaves the grid equal to a plain dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.grid = Grid(300.0)
        self.positions: dict[int, tuple[float, float]] = {}

    @rule(id_=st.integers(0, 8), x=COORDINATES, y=COORDINATES)
    def put(self, id_: int, x: float, y: float) -> None:
        self.grid.put(id_, x, y)
        self.positions[id_] = (x, y)

    @rule(id_=st.integers(0, 8))
    def remove(self, id_: int) -> None:
        if id_ in self.positions:
            self.grid.remove(id_)
            del self.positions[id_]
        else:
            with pytest.raises(KeyError):
                self.grid.remove(id_)

    @invariant()
    def they_agree(self) -> None:
        assert len(self.grid) == len(self.positions)
        assert all((id_ in self.grid) == (id_ in self.positions) for id_ in range(9))
        expected = brute_nearest(self.positions, 0.0, 0.0, 9, math.inf)
        assert self.grid.nearest(0.0, 0.0, 9, math.inf) == expected


TestMovingThings = MovingThings.TestCase


def test_equally_near_ones_come_by_id() -> None:
    grid = Grid(100.0)
    for id_, x in ((9, 100.0), (3, -100.0), (5, 100.0)):
        grid.put(id_, x, 0.0)
    assert grid.nearest(0.0, 0.0, 2, 1000.0) == [(100.0, 3), (100.0, 5)]


def test_a_tie_just_across_the_edge_of_the_searched_rings_is_found() -> None:
    grid = Grid(100.0)
    grid.put(9, 0.0, 0.0)
    grid.put(1, 200.0, 0.0)
    assert grid.nearest(100.0, 0.0, 1, 1000.0) == [(100.0, 1)]


def test_a_lonely_one_far_away_is_found_without_walking_there() -> None:
    grid = Grid(1.0)
    grid.put(1, 1e9, -1e9)
    grid.put(2, 3e9, 0.0)
    assert [id_ for _, id_ in grid.nearest(0.0, 0.0, 2, math.inf)] == [1, 2]


def test_an_empty_grid_has_nothing_near() -> None:
    assert Grid().nearest(0.0, 0.0, 5, math.inf) == []


@pytest.mark.parametrize("x", [math.nan, math.inf])
def test_a_position_that_is_none_is_refused(x: float) -> None:
    grid = Grid()
    with pytest.raises(ValueError, match="finite"):
        grid.put(1, x, 0.0)
    with pytest.raises(ValueError, match="finite"):
        grid.nearest(0.0, x, 1, 10.0)
    assert 1 not in grid


@pytest.mark.parametrize("bucket_m", [0.0, -5.0, math.nan, math.inf])
def test_a_bucket_needs_a_size(bucket_m: float) -> None:
    with pytest.raises(ValueError, match="bucket_m"):
        Grid(bucket_m)
