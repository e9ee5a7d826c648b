"""The runner of ETA ranges: days come from seeds, ranges hold on days not learned from."""

from benchmarks import eta
from benchmarks.eta_days import day


def test_a_day_comes_from_its_seed() -> None:
    assert day(5)[:50] == day(5)[:50]
    assert day(5)[:50] != day(6)[:50]


def test_four_of_five_deliveries_come_within_their_range() -> None:
    calibrated, unlearned, _fixed = eta.measure(learn_days=3, days=3, seed=99)
    assert calibrated.deliveries >= 1600
    assert abs(calibrated.covered - 0.8) <= 0.04
    assert abs(calibrated.covered - 0.8) < abs(unlearned.covered - 0.8)
