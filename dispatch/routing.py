"""Planned routes: pickups and dropoffs with time windows in, the best routes found out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dispatch.errors import ProblemError
from dispatch.kernel.insertion import best_pair, make_room
from dispatch.kernel.routes import empty_routes
from dispatch.kernel.task import make_task
from dispatch.route_search import Course, Tuning
from dispatch.routing_problem import RoutingProblem

_MOST_PLACES = 5_000_000
"""Vehicles times stops: so many places are kept three times over, with 50 bytes each."""


@dataclass(frozen=True, slots=True)
class Budget:
    """When a search stops: after so many steps, or so many seconds, whichever comes first.

    With `steps` alone the same problem and seed give the same routes on every run.
    """

    steps: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        """Refuse a search without end."""
        if self.steps is None and self.seconds is None:
            raise ValueError("give a budget of steps, of seconds, or both")
        if (self.steps is not None and self.steps < 1) or (
            self.seconds is not None and not 0.0 < self.seconds < np.inf
        ):
            raise ValueError("a budget is at least one step or a moment, and finite")


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """Nodes of each route without start and end, deliveries left out, and the steps it took."""

    routes: tuple[tuple[int, ...], ...]
    unserved: tuple[int, ...]
    steps: int


def plan_routes(
    problem: RoutingProblem,
    budget: Budget,
    seed: int,
    now_s: Callable[[], float],
    *,
    vehicles_first: bool = True,
    tuning: Tuning = Tuning(),  # noqa: B008  # frozen
) -> RoutePlan:
    """Return the best routes found: fewest left out, fewest vehicles (if first), least cost.

    `now_s` is a clock of any epoch that never goes back. A delivery that no vehicle could serve
    even alone is left out at once. See dispatch/kernel for the algorithms. Raises ProblemError
    where vehicles and deliveries are too many for the memory.
    """
    began_s = now_s()
    rows = min(problem.vehicles, len(problem.pickup))
    if rows * 2 * len(problem.pickup) > _MOST_PLACES:
        raise ProblemError(
            f"{rows} vehicles for {len(problem.pickup)} deliveries are too many for one search:"
            " split the deliveries by area or give fewer vehicles"
        )
    possible = np.flatnonzero(servable(problem)).astype(np.int32)
    if len(possible) == 0 or problem.vehicles == 0:
        return RoutePlan((), tuple(range(len(problem.pickup))), 0)
    task = make_task(problem, possible, vehicles_first=vehicles_first)

    def spent(steps: int) -> float:
        by_steps = 0.0 if budget.steps is None else steps / budget.steps
        by_time = 0.0 if budget.seconds is None else (now_s() - began_s) / budget.seconds
        return max(by_steps, by_time)

    course = Course(task, min(problem.vehicles, len(possible)), seed, spent, tuning)
    routes = tuple(tuple(nodes) for nodes in course.run(vehicles_first=vehicles_first))
    served = {node for nodes in routes for node in nodes}
    left = (row for row, node in enumerate(problem.pickup.tolist()) if node not in served)
    return RoutePlan(routes, tuple(left), course.steps)


def servable(problem: RoutingProblem) -> list[bool]:
    """Tell for each delivery whether one vehicle could serve it and nothing else."""
    everybody = np.arange(len(problem.pickup), dtype=np.int32)
    task = make_task(problem, everybody, vehicles_first=False)
    routes = empty_routes(task, 1)
    room = make_room(routes)
    return [
        best_pair(task, routes, 0, delivery, room)[1] >= 0 for delivery in range(len(everybody))
    ]
