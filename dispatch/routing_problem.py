"""A pickup-and-delivery problem with time windows and equal vehicles, checked on construction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.errors import ProblemError

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class RoutingProblem:
    """n nodes, m deliveries, d dimensions of load, equal vehicles from `start` to `end`.

    `travel_s` and `cost` are [n, n], row = from; `open_s`, `due_s`, `service_s` are [n], and the
    windows say when service may begin; those of `start` and `end` are the shift. `pickup` and
    `dropoff` are [m], each node in at most one of them; `demand` is [m, d], `capacity` [d].
    Raises ProblemError on construction. Insertion is exact where detours never save time.
    """

    travel_s: Floats
    cost: Floats
    open_s: Floats
    due_s: Floats
    service_s: Floats
    pickup: Ints
    dropoff: Ints
    demand: Longs
    capacity: Longs
    vehicles: int
    start: int = 0
    end: int = 0

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        _check_shapes(self)
        _check_numbers(self)
        _check_nodes(self)


def _check_shapes(problem: RoutingProblem) -> None:
    nodes, deliveries, dims = len(problem.open_s), len(problem.pickup), len(problem.capacity)
    wanted = {
        "travel_s": (nodes, nodes),
        "cost": (nodes, nodes),
        "due_s": (nodes,),
        "service_s": (nodes,),
        "dropoff": (deliveries,),
        "demand": (deliveries, dims),
    }
    for name, shape in wanted.items():
        found = getattr(problem, name).shape
        if found != shape:
            raise ProblemError(f"{name} has shape {found}: give one of {shape}")


def _check_numbers(problem: RoutingProblem) -> None:
    for name in ("travel_s", "cost", "open_s", "due_s", "service_s"):
        if not np.isfinite(getattr(problem, name)).all():
            raise ProblemError(f"{name} holds NaN or infinity: give finite numbers")
    for name in ("travel_s", "cost", "service_s", "demand"):
        if (getattr(problem, name) < 0).any():
            raise ProblemError(f"{name} holds a negative number: give 0 or more")
    late = np.flatnonzero(problem.open_s > problem.due_s)
    if len(late):
        raise ProblemError(f"the window of node {late[0]} closes before it opens: swap its ends")
    if problem.vehicles < 0:
        raise ProblemError(f"there cannot be {problem.vehicles} vehicles: give 0 or more")


def _check_nodes(problem: RoutingProblem) -> None:
    nodes = len(problem.open_s)
    named: Sequence[int] = [*problem.pickup.tolist(), *problem.dropoff.tolist()]
    for node in (*named, problem.start, problem.end):
        if not 0 <= node < nodes:
            raise ProblemError(f"there is no node {node}: nodes are numbered from 0 to {nodes - 1}")
    if len({*named, problem.start, problem.end}) < len(named) + (
        1 if problem.start == problem.end else 2
    ):
        raise ProblemError("a node is used twice: give each pickup and dropoff a node of its own")
