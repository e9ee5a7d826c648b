"""Prices of a matching: they prove it best, and say what one more courier would save."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dispatch.assignment import Arcs, assign
from dispatch.duals import duals

shapes = st.tuples(st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**32 - 1))


def matched(shape: tuple[int, int, int], missing: float) -> tuple[Arcs, np.ndarray, np.ndarray]:
    rows, columns, seed = shape
    rng = np.random.default_rng(seed)
    costs = rng.integers(0, 100, (rows, columns))
    delivery, courier = np.nonzero(rng.random((rows, columns)) >= missing)
    arcs = Arcs(delivery, courier, costs[delivery, courier], np.zeros(len(delivery), np.int64))
    leave = rng.integers(-50, 50, rows)
    return arcs, leave, assign(arcs, leave, columns)


@given(shapes, st.floats(0, 1))
def test_no_pair_costs_less_than_its_two_prices_and_the_chosen_cost_exactly_them(
    shape: tuple[int, int, int], missing: float
) -> None:
    arcs, leave, chosen = matched(shape, missing)
    prices = duals(arcs, leave, chosen, shape[1])
    together = prices.delivery_ms[arcs.delivery] + prices.courier_ms[arcs.courier]
    assert np.all(together <= arcs.cost_ms)
    is_chosen = chosen[arcs.delivery] == arcs.courier
    assert np.all(together[is_chosen] == arcs.cost_ms[is_chosen])


@given(shapes, st.floats(0, 1))
def test_a_courier_to_spare_has_no_price_and_nobody_a_price_above_zero(
    shape: tuple[int, int, int], missing: float
) -> None:
    arcs, leave, chosen = matched(shape, missing)
    prices = duals(arcs, leave, chosen, shape[1])
    assert np.all(prices.courier_ms <= 0)
    spare = np.setdiff1d(np.arange(shape[1]), chosen)
    assert np.all(prices.courier_ms[spare] == 0)


@given(shapes)
def test_the_price_of_a_courier_is_what_a_second_one_like_it_would_save(
    shape: tuple[int, int, int],
) -> None:
    rows, columns, _ = shape
    columns += rows  # nobody is left, so that costs alone decide
    arcs, leave, chosen = matched((rows, columns, shape[2]), 0.0)
    prices = duals(arcs, leave, chosen, columns)
    for courier in range(columns):
        same = arcs.courier == courier
        more = Arcs(
            np.concatenate([arcs.delivery, arcs.delivery[same]]),
            np.concatenate([arcs.courier, np.full(same.sum(), columns)]),
            np.concatenate([arcs.cost_ms, arcs.cost_ms[same]]),
            np.concatenate([arcs.tie, arcs.tie[same]]),
        )
        saved = _cost(arcs, chosen) - _cost(more, assign(more, leave, columns + 1))
        assert prices.courier_ms[courier] == -saved


def _cost(arcs: Arcs, chosen: np.ndarray) -> int:
    return int(arcs.cost_ms[chosen[arcs.delivery] == arcs.courier].sum())


def test_without_couriers_there_is_nothing_to_price() -> None:
    none = np.empty(0, np.int64)
    prices = duals(Arcs(none, none, none, none), np.zeros(2, np.int64), np.array([-1, -1]), 0)
    assert len(prices.courier_ms) == 0
