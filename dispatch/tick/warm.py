"""Warm the kernels of the tick: compile them, or load what was compiled, before the first tick."""

from dispatch.assemble import assemble
from dispatch.model import CourierView, DeliveryView, Kind, Stop
from dispatch.policy import DispatchPolicy
from dispatch.tick.rolling import rolling_plan

_ZONE = b"warming the tick"


def warm() -> int:
    """Decide a tick of one courier and three deliveries; return how many are left (always one).

    The first call after a change takes a minute or so on a slow machine; later ones, in any
    process, a moment: compiled code is kept on disk.
    """
    near, far = (
        (
            Stop(bytes([at]) * 16, Kind.PICKUP, x, 0, setup_s=10),
            Stop(bytes([at]) * 16, Kind.DROPOFF, x, 500),
        )
        for at, x in ((1, 100), (2, 40_000))
    )
    third = (
        Stop(bytes([3]) * 16, Kind.PICKUP, 100, 0, setup_s=10),
        Stop(bytes([3]) * 16, Kind.DROPOFF, 100, 600),
    )
    waiting = [DeliveryView(*pair) for pair in (near, far, third)]
    problem = assemble(_ZONE, 0, [CourierView(bytes(16), 0, 0, 5000)], waiting)
    policy = DispatchPolicy(rolling=1, radius_m=10_000)
    return len(rolling_plan(problem, policy, 1).unassigned)
