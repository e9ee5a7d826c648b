"""Warming runs every kernel."""

from dispatch.kernel.warm import warm


def test_warming_takes_steps_and_always_the_same_number() -> None:
    assert warm() == warm() > 0
