"""Random small routing problems, and the slow, obvious way to walk a route."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from dispatch.kernel.chance import chance
from dispatch.kernel.search import Search, start_search
from dispatch.kernel.task import Task, make_task
from dispatch.routing_problem import RoutingProblem

seeds = st.integers(0, 2**32 - 1)


def random_problem(
    seed: int, deliveries: int = 5, *, tight: float = 0.5, dims: int = 2, vehicles: int = 3
) -> RoutingProblem:
    """Return a problem on whole-numbered points; a share `tight` of its windows is narrow."""
    rng = np.random.default_rng(seed)
    nodes = 2 * deliveries + 2
    points = rng.integers(0, 60, (nodes, 2)).astype(np.float64)
    points[-1] = points[0]
    ways = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    open_s = np.where(rng.random(nodes) < tight, rng.integers(0, 300, nodes), 0).astype(np.float64)
    due_s = open_s + np.where(open_s > 0, rng.integers(20, 200, nodes), 600)
    open_s[[0, -1]], due_s[[0, -1]] = 0.0, 700.0
    order = rng.permutation(nodes - 2) + 1
    return RoutingProblem(
        travel_s=ways,
        cost=ways * (2.0 if seed % 2 else 1.0),
        open_s=open_s,
        due_s=due_s,
        service_s=rng.integers(0, 6, nodes).astype(np.float64),
        pickup=order[:deliveries].astype(np.int32),
        dropoff=order[deliveries:].astype(np.int32),
        demand=rng.integers(1, 6, (deliveries, dims)),
        capacity=np.full(dims, 9),
        vehicles=vehicles,
        start=0,
        end=nodes - 1,
    )


def task_of(problem: RoutingProblem, *, vehicles_first: bool = False) -> Task:
    """Return the task of all deliveries."""
    everybody = np.arange(len(problem.pickup), dtype=np.int32)
    return make_task(problem, everybody, vehicles_first=vehicles_first)


def search_of(task: Task, rows: int, seed: int, stops: Sequence[Sequence[int]] = ()) -> Search:
    """Return a search that stands at some routes."""
    return start_search(task, [list(nodes) for nodes in stops], rows, chance(seed))


@dataclass(frozen=True, slots=True)
class Walk:
    """A route walked step by step; `way` holds its nodes with start and end."""

    way: tuple[int, ...]
    leave_s: tuple[float, ...]
    loads: tuple[tuple[int, ...], ...]
    cost: float
    feasible: bool


def walk(task: Task, nodes: Sequence[int], *, held_at: int = 0, held_s: float = 0.0) -> Walk:
    """Walk a route; at place `held_at` service begins no earlier than `held_s`."""
    way = (task.start, *nodes, task.end)
    time_s = float(task.open_s[task.start])
    load, feasible, cost = np.zeros(len(task.capacity), np.int64), True, 0.0
    leave, loads = [], []
    for place, node in enumerate(way):
        if place:
            time_s += float(task.time_s[way[place - 1], node])
            cost += float(task.cost[way[place - 1], node])
        begin = max(time_s, float(task.open_s[node]), held_s if place == held_at else 0.0)
        feasible &= begin <= task.due_s[node]
        load = load + task.demand[node]
        feasible &= bool((load <= task.capacity).all())
        time_s = begin + float(task.service_s[node])
        leave.append(time_s)
        loads.append(tuple(load.tolist()))
    return Walk(way, tuple(leave), tuple(loads), cost, feasible)


def brute_force(task: Task, nodes: Sequence[int], delivery: int) -> tuple[float, int, int]:
    """Try every pair of places and walk each; return as `best_pair` does."""
    before = walk(task, nodes).cost
    best = (np.inf, -1, -1)
    for i in range(len(nodes) + 1):
        for j in range(i, len(nodes) + 1):
            tried = with_pair(task, nodes, delivery, i, j)
            walked = walk(task, tried)
            if walked.feasible and walked.cost - before < best[0] - 1e-9:
                best = (walked.cost - before, i, j)
    return best


def with_pair(task: Task, nodes: Sequence[int], delivery: int, i: int, j: int) -> list[int]:
    """Return a route with a delivery's stops behind places i and j."""
    p, q = int(task.pickup[delivery]), int(task.dropoff[delivery])
    return [*nodes[:i], p, *nodes[i:j], q, *nodes[j:]]


def greedy_route(task: Task, seed: int) -> tuple[list[int], list[int]]:
    """Return a feasible route of some deliveries, and the deliveries that are not in it."""
    rng = np.random.default_rng(seed)
    nodes: list[int] = []
    left = []
    for delivery in rng.permutation(len(task.pickup)).tolist():
        _, i, j = brute_force(task, nodes, delivery)
        if i < 0 or rng.random() < 0.4:
            left.append(delivery)
        else:
            nodes = with_pair(task, nodes, delivery, i, j)
    return nodes, left
