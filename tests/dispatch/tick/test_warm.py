"""Warming is a tick of its own that always comes out the same."""

from dispatch.tick.warm import warm


def test_warming_leaves_the_one_that_is_too_far() -> None:
    assert warm() == warm() == 1
