"""The histogram of call durations."""

import random

import pytest

from benchmarks.city.latencies import Latencies


def test_without_calls_there_is_no_quantile() -> None:
    assert Latencies().quantile_s(0.5) is None


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.99, 1.0])
def test_quantiles_are_those_of_the_sorted_list_within_four_per_cent(share: float) -> None:
    rng = random.Random(5)
    durations = [rng.lognormvariate(-4, 1.5) for _ in range(5000)]
    found = Latencies()
    for one in durations:
        found.note(one)
    exact = sorted(durations)[max(0, -(-int(share * 5000 * 100) // 100) - 1)]
    assert found.quantile_s(share) == pytest.approx(exact, rel=0.041)


def test_a_duration_of_nothing_is_counted_as_the_shortest() -> None:
    found = Latencies()
    found.note(0.0)
    assert found.count == 1
    assert found.quantile_s(1.0) == pytest.approx(1e-5, rel=0.05)
