"""Ways of fixes in a plane, for tests of what is made of them."""

from collections.abc import Sequence

from hypothesis import strategies as st

from geo.fix import Fix
from geo.point import Plane, Point

HERE = Point(41.31, 69.28)
PLANE = Plane(HERE)
START_MS = 1_790_000_000_000


def fix(
    t_s: float,
    east_m: float,
    north_m: float,
    speed_mps: float | None = None,
    heading_deg: float | None = None,
    accuracy_m: float | None = 6.0,
) -> Fix:
    """Return a fix so far from here, so long after the start."""
    lat, lng = PLANE.point_at(east_m, north_m)
    return Fix(1, START_MS + round(t_s * 1000), lat, lng, speed_mps, heading_deg, accuracy_m)


STEPS = st.tuples(
    st.integers(100, 90_000),
    st.floats(-40.0, 40.0),
    st.floats(-40.0, 40.0),
    st.none() | st.floats(0.0, 20.0),
    st.none() | st.floats(0.0, 359.9),
    st.none() | st.floats(0.0, 60.0),
)


def way(
    steps: Sequence[tuple[int, float, float, float | None, float | None, float | None]],
) -> list[Fix]:
    """Return fixes one after the other, each some way from the last."""
    fixes, t_ms, east_m, north_m = [], 0, 0.0, 0.0
    for after_ms, east, north, speed, heading, accuracy in steps:
        t_ms, east_m, north_m = t_ms + after_ms, east_m + east, north_m + north
        fixes.append(fix(t_ms / 1000, east_m, north_m, speed, heading, accuracy))
    return fixes
