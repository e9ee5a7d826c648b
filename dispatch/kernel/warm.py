"""Warm the kernels: compile them, or load what was compiled before, so that no search waits."""

import numpy as np

from dispatch.kernel.anneal import anneal
from dispatch.kernel.chance import chance
from dispatch.kernel.fleet import squeeze
from dispatch.kernel.insertion import best_pair, make_room
from dispatch.kernel.routes import empty_routes
from dispatch.kernel.search import start_search
from dispatch.kernel.task import make_task
from dispatch.routing_problem import RoutingProblem


def warm() -> int:
    """Run every kernel once on two deliveries; return how many steps were taken (always the same).

    The first call after a change takes a minute or so on a slow machine; later ones, in any
    process, a moment: compiled code is kept on disk (see compiled.py).
    """
    x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    ways = np.abs(x[:, None] - x[None, :])
    problem = RoutingProblem(
        travel_s=ways,
        cost=ways,
        open_s=np.zeros(5),
        due_s=np.full(5, 100.0),
        service_s=np.zeros(5),
        pickup=np.array([1, 2], np.int32),
        dropoff=np.array([3, 4], np.int32),
        demand=np.ones((2, 1), np.int64),
        capacity=np.array([2], np.int64),
        vehicles=2,
    )
    task = make_task(problem, np.arange(2, dtype=np.int32), vehicles_first=False)
    routes = empty_routes(task, 1)
    best_pair(task, routes, 0, 0, make_room(routes))
    search = start_search(task, [], 2, chance(1))
    squeeze(task, search, 10, 2.0, 0.01, 1.0)
    anneal(task, search, 10, 2.0, 0.01, 1.0, 0.1)
    return int(search.memory.tally[-1])
