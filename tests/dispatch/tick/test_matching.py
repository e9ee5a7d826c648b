"""Sparse assignment against SciPy on the dense matrix, and its prices as a proof."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from dispatch.tick.matching import Arcs, make_matching, match
from tests.dispatch.strategies import seeds


@given(seeds, st.integers(1, 12), st.integers(1, 12), st.integers(0, 60))
@settings(max_examples=200)
def test_sparse_rows_are_matched_or_left_at_the_least_sum(
    seed: int, rows: int, columns: int, leave_up_to: int
) -> None:
    rng = np.random.default_rng(seed)
    costs, is_arc = rng.integers(0, 40, (rows, columns)), rng.random((rows, columns)) < 0.5
    leave = rng.integers(0, leave_up_to + 1, rows)
    count = is_arc.sum(axis=1)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    row, column = np.nonzero(is_arc)
    arcs = Arcs(first, count, column, costs[row, column], leave)
    found = make_matching(rows, columns, len(column) + 1)
    total = match(arcs, found)
    own = np.full((rows, rows), 10**6)
    np.fill_diagonal(own, leave)
    wide = np.hstack([np.where(is_arc, costs, 10**6), own])
    assert total == wide[linear_sum_assignment(wide)].sum()
    paid = [
        leave[at] if taken < 0 else costs[at, taken]
        for at, taken in enumerate(found.column_of.tolist())
    ]
    assert sum(paid) == total
    # The prices prove it: no arc is cheaper than its two ends, and free columns cost nothing.
    slack = costs[row, column] - found.row_price[row] - found.column_price[column]
    assert (slack >= 0).all()
    assert (found.row_price <= leave).all()
    assert (found.column_price <= 0).all()
    assert (found.column_price[found.row_of < 0] == 0).all()
