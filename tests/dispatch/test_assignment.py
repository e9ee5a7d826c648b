"""Assignment against scipy's dense optimum, and its independence of everything but the values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from dispatch.assignment import Arcs, assign, ties
from tests.dispatch.strategies import id16


def arcs_of(costs: np.ndarray, tie: np.ndarray | None = None) -> Arcs:
    """Return the arcs of a dense matrix in which -1 means no arc."""
    delivery, courier = np.nonzero(costs >= 0)
    tied = np.zeros(len(delivery), np.int64) if tie is None else tie[delivery, courier]
    return Arcs(delivery, courier, costs[delivery, courier], tied)


def result(costs: np.ndarray, leave: np.ndarray, chosen: np.ndarray) -> tuple[int, int]:
    """Return how many are served, and the sum of costs and prices of leaving."""
    served = chosen >= 0
    cost = costs[np.flatnonzero(served), chosen[served]]
    return int(served.sum()), int(cost.sum() + leave[~served].sum())


def dense_optimum(costs: np.ndarray, leave: np.ndarray) -> tuple[int, int]:
    """Return the same for the best choice: scipy on all pairs and a column of its own per row."""
    rows, columns = costs.shape
    serve = 10**9
    matrix = np.full((rows, columns + rows), 1e15)
    matrix[:, :columns] = np.where(costs >= 0, costs, 1e15)
    matrix[np.arange(rows), columns + np.arange(rows)] = leave + serve
    row, column = linear_sum_assignment(matrix)
    chosen = np.full(rows, -1)
    chosen[row] = np.where(column < columns, column, -1)
    return result(costs, leave, chosen)


shapes = st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1))


@given(shapes, st.sampled_from([3, 1000, 10**6]), st.floats(0, 1))
def test_it_is_the_dense_optimum(shape: tuple[int, int, int], largest: int, missing: float) -> None:
    rows, columns, seed = shape
    rng = np.random.default_rng(seed)
    costs = rng.integers(0, largest, (rows, columns), endpoint=True)
    costs[rng.random((rows, columns)) < missing] = -1
    leave = rng.integers(-largest, largest, rows, endpoint=True)
    tie = rng.integers(0, 2**20, (rows, columns))
    chosen = assign(arcs_of(costs, tie), leave, columns)
    assert result(costs, leave, chosen) == dense_optimum(costs, leave)
    taken = chosen[chosen >= 0]
    assert len(set(taken.tolist())) == len(taken)


@given(shapes)
def test_all_that_can_be_served_is_served(shape: tuple[int, int, int]) -> None:
    rows, columns, seed = shape
    rng = np.random.default_rng(seed)
    costs = rng.integers(0, 10**7, (rows, columns))
    costs[rng.random((rows, columns)) < 0.7] = -1
    leave = rng.integers(-(10**8), 10**8, rows)
    chosen = assign(arcs_of(costs), leave, columns)
    most = maximum_bipartite_matching(csr_array(costs >= 0), perm_type="column")
    assert np.sum(chosen >= 0) == np.sum(most >= 0)


@given(shapes)
def test_the_order_of_arcs_does_not_matter(shape: tuple[int, int, int]) -> None:
    rows, columns, seed = shape
    rng = np.random.default_rng(seed)
    costs = rng.integers(0, 2, (rows, columns))  # ties everywhere
    tie = rng.permutation(rows * columns).reshape(rows, columns)
    tie = tie * 2**20 // (rows * columns)
    leave = np.zeros(rows, np.int64)
    arcs = arcs_of(costs, tie)
    order = rng.permutation(len(arcs.cost_ms))
    shuffled = Arcs(arcs.delivery[order], arcs.courier[order], arcs.cost_ms[order], arcs.tie[order])
    assert _tie_sum(tie, assign(arcs, leave, columns)) == _tie_sum(
        tie, assign(shuffled, leave, columns)
    )


def _tie_sum(tie: np.ndarray, chosen: np.ndarray) -> int:
    served = chosen >= 0
    return int(tie[np.flatnonzero(served), chosen[served]].sum())


def test_the_lower_tie_wins_among_equals() -> None:
    tie = np.array([[5, 3, 9]])
    assert assign(arcs_of(np.array([[7, 7, 7]]), tie), np.zeros(1, np.int64), 3).tolist() == [1]
    assert assign(arcs_of(np.array([[7, 8, 7]]), tie), np.zeros(1, np.int64), 3).tolist() == [0]


@pytest.mark.parametrize("largest", [10**12, 10**15, 2**62])
def test_absurd_costs_still_serve_everybody(largest: int) -> None:
    rng = np.random.default_rng(4)
    costs = rng.integers(0, largest, (40, 40))
    chosen = assign(arcs_of(costs), np.zeros(40, np.int64), 40)
    assert sorted(chosen.tolist()) == list(range(40))


def test_a_large_tick_stays_exact() -> None:
    rng = np.random.default_rng(2)
    costs = rng.integers(0, 10**7, (300, 200))
    costs[rng.random(costs.shape) < 0.9] = -1
    leave = rng.integers(0, 10**6, 300)
    tie = rng.integers(0, 2**20, costs.shape)
    chosen = assign(arcs_of(costs, tie), leave, 200)
    assert result(costs, leave, chosen) == dense_optimum(costs, leave)


def test_nothing_to_match_is_matched_to_nobody() -> None:
    empty = arcs_of(np.empty((0, 0), np.int64))
    assert assign(empty, np.empty(0, np.int64), 0).tolist() == []
    assert assign(empty, np.zeros(2, np.int64), 3).tolist() == [-1, -1]


def test_ties_depend_on_ids_and_seed_only() -> None:
    deliveries = np.frombuffer(id16(1) + id16(2), np.uint8).reshape(-1, 16)
    couriers = np.frombuffer(id16(3) + id16(4), np.uint8).reshape(-1, 16)
    at = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    bits = ties(deliveries, couriers, *at, 7)
    swapped = ties(deliveries[::-1], couriers[::-1], 1 - at[0], 1 - at[1], 7)
    assert bits.tolist() == swapped.tolist()
    assert len(set(bits.tolist())) == 4
    assert bits.tolist() != ties(deliveries, couriers, *at, 8).tolist()
    assert all(0 <= one < 2**20 for one in bits.tolist())
