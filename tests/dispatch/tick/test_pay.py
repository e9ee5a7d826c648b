"""Expected pay: free with head-room to spare, full price without, and always in between."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dispatch.tick.pay import expected_pay


def marginal(done: int, guaranteed: float, to_come: float) -> np.ndarray:
    return np.diff(
        expected_pay(np.array([done]), np.array([guaranteed]), np.array([to_come]), 6)[0]
    )


@given(st.integers(0, 30), st.floats(0, 15), st.floats(0, 15))
def test_one_more_costs_something_between_nothing_and_its_pay_and_never_less_than_the_last(
    done: int, guaranteed: float, to_come: float
) -> None:
    more = marginal(done, guaranteed, to_come)
    assert (more >= -1e-9).all()
    assert (more <= 1 + 1e-9).all()
    assert (np.diff(more) >= -1e-9).all()


def test_with_nothing_to_come_head_room_is_free_and_then_each_has_its_price() -> None:
    assert np.allclose(marginal(0, 3.0, 0.0), [0, 0, 0, 1, 1, 1], atol=1e-4)


def test_what_is_to_come_uses_head_room_up() -> None:
    assert marginal(0, 3.0, 6.0)[0] > 0.8
    assert marginal(3, 3.0, 0.0)[0] > marginal(3, 6.0, 3.0)[0] > marginal(0, 6.0, 1.0)[0]


def test_it_is_the_mean_over_many_draws() -> None:
    drawn = np.random.default_rng(1).normal(4.0, 2.0, 400_000)
    slow = np.maximum(0, 3 + drawn - 5).mean() - np.maximum(0, 2 + drawn - 5).mean()
    assert abs(marginal(2, 5.0, 4.0)[0] - slow) < 0.01
