"""Many fixes in one pass: whoever is called ordinary is judged as one fix after another would."""

import math
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.fix import Fix, limits_for
from geo.screening import screen
from geo.screening_many import REASONS, Fixes, Judged, screen_many
from geo.vehicle import Vehicle

NOW_MS = 1_790_000_000_000
HERE = (41.15, -8.61)
SECOND = 1000


def fix(t_s: float, north: float = 0.0, accuracy_m: float | None = 8.0) -> Fix:
    """Return a fix of `t_s` seconds after now and so many thousandths of a degree north."""
    lat = HERE[0] + north / 1000
    return Fix(1, NOW_MS + round(t_s * SECOND), lat, HERE[1], None, None, accuracy_m)


def columns(fixes: Sequence[Fix | None]) -> Fixes:
    """Return fixes as arrays."""
    nan = math.nan
    return Fixes(
        np.array([0 if f is None else f.t_ms for f in fixes], dtype=np.int64),
        np.array([nan if f is None else f.lat for f in fixes], dtype=np.float64),
        np.array([nan if f is None else f.lng for f in fixes], dtype=np.float64),
        np.array(
            [nan if f is None or f.accuracy_m is None else f.accuracy_m for f in fixes],
            dtype=np.float64,
        ),
    )


def at_once(
    sent: Sequence[Sequence[Fix]], last: Sequence[Fix | None], vehicles: Sequence[Vehicle]
) -> Judged:
    """Judge what each owner sent in one pass."""
    owner = [place for place, own in enumerate(sent) for _ in own]
    flat = [one for own in sent for one in own]
    return screen_many(
        columns(flat),
        np.array(owner, dtype=np.int64),
        columns(last),
        np.array([limits_for(vehicle).max_speed_mps for vehicle in vehicles]),
        np.full(len(flat), NOW_MS, dtype=np.int64),
        limits_for(Vehicle.CAR),
    )


def one_by_one(sent: Sequence[Fix], last: Fix | None, vehicle: Vehicle) -> list[str | None]:
    """Judge what one owner sent, each against the last that was believed."""
    found: list[str | None] = []
    for one in sent:
        refusal = screen(one, last, NOW_MS, limits_for(vehicle))
        found.append(refusal)
        last = one if refusal is None else last
    return found


FIXES = st.builds(
    Fix,
    seq=st.just(1),
    t_ms=st.one_of(
        st.integers(-200, 80).map(lambda s: NOW_MS + s * SECOND),
        st.sampled_from([0, NOW_MS - 86_400_000, NOW_MS - 86_400_001, NOW_MS + 60_001]),
    ),
    lat=st.sampled_from([41.15, 41.1501, 41.151, 41.2, 0.0, 91.0, -90.0]),
    lng=st.sampled_from([-8.61, -8.6101, -8.62, 0.0, 180.0, 181.0]),
    speed_mps=st.none(),
    heading_deg=st.none(),
    accuracy_m=st.sampled_from([None, 5.0, 30.0, 500.0, 500.1, -1.0, 0.0]),
)
RIDES = st.tuples(
    st.lists(FIXES, max_size=5), st.none() | FIXES, st.sampled_from([Vehicle.CAR, Vehicle.ON_FOOT])
)


@given(st.lists(RIDES, min_size=1, max_size=6))
def test_the_ordinary_are_judged_as_one_by_one_and_the_others_are_not_called_so(
    rides: Sequence[tuple[list[Fix], Fix | None, Vehicle]],
) -> None:
    """Reason by reason; ordinary is exactly who has nothing refused because of the fix before."""
    sent, last, vehicles = zip(*rides, strict=True)
    judged = at_once(sent, last, vehicles)
    at = 0
    for place, (own, before, vehicle) in enumerate(rides):
        expected = one_by_one(own, before, vehicle)
        assert judged.ordinary[place] == (not {"superseded", "jump"} & set(expected))
        if judged.ordinary[place]:
            assert [REASONS[code] for code in judged.reasons[at : at + len(own)]] == expected
            believed = [at + n for n, reason in enumerate(expected) if reason is None]
            assert judged.newest[place] == (believed[-1] if believed else -1)
        at += len(own)


def test_a_quiet_second_of_the_fleet_is_ordinary() -> None:
    """Everybody rides on; one is judged alone for its accuracy and still ordinary."""
    sent = [[fix(-2, 0.1), fix(-1, 0.2)], [fix(-1, 0.3, None)], [fix(-1, 0.1, 900.0)]]
    judged = at_once(sent, [fix(-3), None, fix(-2)], [Vehicle.MOTORCYCLE] * 3)
    assert judged.ordinary.all()
    assert judged.newest.tolist() == [1, 2, -1]
    assert [REASONS[code] for code in judged.reasons] == [None, None, None, "inaccurate"]


def test_nobody_sent_anything() -> None:
    """An empty tick is no special case."""
    judged = at_once([], [], [])
    assert judged.reasons.shape == judged.ordinary.shape == judged.newest.shape == (0,)
