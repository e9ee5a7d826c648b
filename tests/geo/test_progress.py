"""Progress: who stands still for long is stuck, who rides away is off the route; others are not."""

from hypothesis import given
from hypothesis import strategies as st

from geo.point import Plane, Point
from geo.progress import Progress, ProgressLimits, Trouble, go_on, trouble_of

SHOP = Point(41.31, 69.28)
PLANE = Plane(SHOP)
LIMITS = ProgressLimits()


def troubles(way: list[tuple[float, float]], stop: str = "shop") -> list[Trouble | None]:
    """Return what is wrong at each look of a way: seconds, metres east of the stop."""
    progress: Progress | None = None
    found = []
    for now_s, east_m in way:
        progress = go_on(progress, stop, SHOP, PLANE.point_at(east_m, 0.0), now_s, LIMITS)
        found.append(trouble_of(progress, LIMITS))
    return found


def test_who_stands_still_far_from_the_stop_is_stuck_until_moving() -> None:
    way = [(0.0, 2000.0), (300.0, 2010.0), (421.0, 1990.0), (430.0, 1900.0)]
    assert troubles(way) == [None, None, Trouble.STUCK, None]


def test_who_waits_at_the_stop_is_not_stuck() -> None:
    assert troubles([(0.0, 100.0), (3000.0, 100.0)]) == [None, None]


def test_who_rides_away_for_long_is_off_the_route_until_back() -> None:
    way = [(0.0, 1500.0), (60.0, 1000.0), (120.0, 2000.0), (180.0, 2500.0), (240.0, 1200.0)]
    assert troubles(way) == [None, None, None, None, None]
    way.insert(4, (220.0, 2500.0))
    assert troubles(way) == [None, None, None, None, Trouble.OFF_ROUTE, None]


def test_another_stop_is_another_way() -> None:
    """The courier rides away from the shop because that is done."""
    progress = go_on(None, "shop", SHOP, SHOP, 0.0, LIMITS)
    door = PLANE.point_at(5000.0, 0.0)
    progress = go_on(progress, "door", door, SHOP, 500.0, LIMITS)
    assert trouble_of(progress, LIMITS) is None
    assert progress.least_m == progress.left_m


@given(
    begin_m=st.floats(0.0, 20_000.0),
    steps=st.lists(st.floats(81.0, 400.0), max_size=40),
)
def test_who_comes_nearer_all_the_time_is_never_in_trouble(
    begin_m: float, steps: list[float]
) -> None:
    way, at_m = [(0.0, begin_m)], begin_m
    for number, step in enumerate(steps, 1):
        at_m = max(0.0, at_m - step)
        way.append((number * 30.0, at_m))
    assert set(troubles(way)) == {None}
