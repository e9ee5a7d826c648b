"""A matching that goes on from the last one is that of a cold start."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.tick_plane import changed, fleet_of, plane, wanted_of
from dispatch.tick.nearest_match import match_nearest
from dispatch.tick.warm_match import match_again
from tests.dispatch.strategies import seeds


@given(seeds, st.integers(1, 40), st.integers(0, 40), st.booleans(), st.booleans())
@settings(max_examples=60)
def test_warm_is_cold(seed: int, couriers: int, more: int, geometry: bool, clustered: bool) -> None:
    rng = np.random.default_rng(seed)
    now = plane(couriers, couriers + more, clustered=clustered, geometry=geometry, rng=rng)
    last = match_nearest(fleet_of(now), wanted_of(now))
    for _ in range(3):
        now, moved, gone = changed(now, rng)
        fleet, wanted = fleet_of(now), wanted_of(now)
        last = match_again(fleet, wanted, wanted_of(now, gone), last, moved, gone)
        cold = match_nearest(fleet, wanted)
        assert last.proven
        assert last.cost_ms == cold.cost_ms
        assert (last.column_of >= 0).sum() == couriers
