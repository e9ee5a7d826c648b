"""Warm the kernels of mixed fleets: compile them, or load what was compiled before."""

import numpy as np

from dispatch.fleet_problem import FleetProblem, Item, Pause, Stop, Vehicle
from dispatch.fleet_routing import plan_fleet
from dispatch.routing import Budget


def warm_mixed() -> int:
    """Plan two small routes; return how many steps were taken (always the same)."""
    at = np.array([0.0, 100.0, 200.0])
    ways = np.abs(at[:, None] - at[None, :])
    stops = [Stop(place, (), (10,), (5,)) for place in (1, 2)]
    pause = Pause(((0, 9000),), 10, (1,))
    vehicles = tuple(Vehicle(0, 0, 0, 0, (0, 9000), (1,), breaks=(pause,) * row) for row in (0, 1))
    items = (Item(stops[0], stops[1], (0,), (1,)), Item(stops[1], None, (1,), (0,)))
    problem = FleetProblem((ways,), (ways,), (ways,), items, vehicles, 1)
    return plan_fleet(problem, Budget(steps=20), 1, lambda: 0.0).steps
