"""The certified matching against the dense optimum: same count, same integer cost, always."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from dispatch.tick.nearest_match import match_nearest
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.planes import dense, situation


@given(seeds, st.integers(1, 25), st.integers(0, 25), st.booleans(), st.booleans())
@settings(max_examples=120)
def test_it_is_the_dense_optimum_and_proves_it(
    seed: int, couriers: int, more: int, geometry: bool, clustered: bool
) -> None:
    fleet, wanted = situation(
        seed, couriers, couriers + more, geometry=geometry, clustered=clustered
    )
    found = match_nearest(fleet, wanted, first_ms=1000)
    costs = dense(fleet, wanted)
    rows, columns = linear_sum_assignment(costs)
    assert found.proven
    assert sorted(set(found.column_of.tolist())) == sorted(found.column_of.tolist())
    assert (found.column_of >= 0).all()
    assert found.cost_ms == costs[rows, columns].sum()
    assert found.cost_ms == costs[np.arange(couriers), found.column_of].sum()
