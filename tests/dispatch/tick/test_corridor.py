"""Insertions into routes and who is cheapest, against trying everything."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.tick.corridor import cheapest_courier, insertion_ms, list_up_to, make_pool
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.planes import EVER, dense, situation, slow_ms


@given(seeds, st.booleans())
@settings(max_examples=60)
def test_an_insertion_costs_what_the_longer_route_takes(seed: int, geometry: bool) -> None:
    fleet, wanted = situation(seed, 3, 4, geometry=geometry)
    for courier in range(3):
        for k in range(4):
            fast = insertion_ms(fleet, wanted, courier, k, EVER)
            assert abs(fast - slow_ms(fleet, wanted, courier, k)) <= 1


@pytest.mark.parametrize("seed", range(5))
def test_the_cheapest_courier_is_found_among_all(seed: int) -> None:
    fleet, wanted = situation(seed, 60, 10)
    costs = dense(fleet, wanted)
    for k, row in enumerate(wanted.row.tolist()):
        courier, cost = cheapest_courier(fleet, wanted, k)
        assert cost == costs[:, row].min()
        assert costs[courier, row] == cost


@given(seeds, st.integers(0, 2_000_000), st.booleans())
@settings(max_examples=80)
def test_a_list_is_complete_up_to_its_cost(seed: int, up_to_ms: int, geometry: bool) -> None:
    fleet, wanted = situation(seed, 4, 25, geometry=geometry)
    costs, pool = dense(fleet, wanted), make_pool(4, 25, 100)
    for courier in range(4):
        many = list_up_to(fleet, wanted, pool, courier, up_to_ms)
        first = int(pool.first[courier])
        listed = dict(
            zip(
                pool.column[first : first + many].tolist(),
                pool.cost_ms[first : first + many].tolist(),
                strict=True,
            )
        )
        near = np.flatnonzero(costs[courier] <= up_to_ms).tolist()
        assert listed == {row: costs[courier, row] for row in near}
