"""Warming makes all kernels ready."""

from dispatch.fleet_warm import warm_mixed
from dispatch.kernel.warm import warm
from dispatch.tick.warm import warm as warm_tick
from dispatch.warm import warm_all


def test_all_kernels_are_warmed() -> None:
    assert warm_all() == warm() + warm_mixed() + warm_tick()
