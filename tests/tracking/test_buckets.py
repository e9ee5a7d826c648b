"""Token buckets: so much at once, so much in the long run, nobody remembered for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.buckets import Buckets

RATE_PER_S, BURST = 5.0, 20.0


def test_a_burst_is_free_and_debt_is_paid_by_waiting() -> None:
    """So much more than the burst takes as long as the rate says."""
    buckets = Buckets(RATE_PER_S, BURST)
    assert buckets.take("anna", 20, 100.0) == 0
    assert not buckets.is_in_debt("anna", 100.0)
    assert buckets.take("anna", 10, 100.0) == pytest.approx(2.0, abs=1e-5)
    assert buckets.is_in_debt("anna", 101.9)
    assert not buckets.is_in_debt("anna", 102.0)


def test_nobody_pays_for_somebody_else() -> None:
    """Each has a bucket of their own."""
    buckets = Buckets(RATE_PER_S, BURST)
    buckets.take("anna", 1000, 0.0)
    assert buckets.take("bruno", 20, 0.0) == 0


def test_what_may_be_taken_is_taken_and_what_may_not_costs_nothing() -> None:
    """As many as the burst, then one for each time that the rate gives one."""
    buckets = Buckets(RATE_PER_S, BURST)
    assert [buckets.may_take("anna", 0.0) for _ in range(25)] == [True] * 20 + [False] * 5
    assert [buckets.may_take("anna", 0.2) for _ in range(2)] == [True, False]


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 30)), max_size=60))
def test_in_the_long_run_nobody_who_waits_takes_more_than_the_rate(
    acts: list[tuple[float, float]],
) -> None:
    """However the acts are spread; each goes into debt by itself alone."""
    buckets, now_s, taken = Buckets(RATE_PER_S, BURST), 0.0, 0.0
    for pause_s, number in acts:
        now_s += pause_s
        taken += number
        now_s += buckets.take("anna", number, now_s)
        assert taken <= BURST + RATE_PER_S * now_s + 1e-3


def test_whoever_is_quiet_is_forgotten_and_whoever_owes_is_not() -> None:
    """Memory is bounded by who is at it now."""
    buckets = Buckets(RATE_PER_S, BURST)
    buckets.take("anna", 5, 0.0)
    buckets.take("bruno", 50, 0.0)
    buckets.forget(1.5)
    assert len(buckets) == 1
    assert buckets.is_in_debt("bruno", 1.5)
