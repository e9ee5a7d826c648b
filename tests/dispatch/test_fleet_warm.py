"""Warming runs every kernel."""

from dispatch.fleet_warm import warm_mixed


def test_warming_takes_steps_and_always_the_same_number() -> None:
    assert warm_mixed() == warm_mixed() > 0
