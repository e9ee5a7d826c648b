"""An independent judge of routes in plain Python: what is wrong with them, what they cost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dispatch.routing_problem import RoutingProblem


@dataclass(frozen=True, slots=True)
class Verdict:
    """Named violations (none: the routes hold), and the cost of all ways."""

    violations: tuple[str, ...]
    cost: float


def judge(
    problem: RoutingProblem,
    routes: Sequence[Sequence[int]],
    *,
    tolerance_s: float = 1e-6,
    all_served: bool = True,
) -> Verdict:
    """Walk every route step by step, as a courier would, and note whatever is wrong."""
    wrong: list[str] = []
    visited = Counter(node for nodes in routes for node in nodes)
    wrong += [f"node {node} visited twice" for node, times in visited.items() if times > 1]
    pairs = list(zip(problem.pickup.tolist(), problem.dropoff.tolist(), strict=True))
    known = {node for pair in pairs for node in pair}
    wrong += [f"node {node} belongs to no delivery" for node in visited if node not in known]
    if wrong:
        return Verdict(tuple(wrong), 0.0)
    if all_served:
        wrong += [
            f"delivery {row} unserved" for row, (p, _) in enumerate(pairs) if p not in visited
        ]
    if len(routes) > problem.vehicles:
        wrong.append(f"{len(routes)} vehicles used where there are {problem.vehicles}")
    for nodes in routes:
        wrong += (
            _order(pairs, nodes)
            + _times(problem, nodes, tolerance_s)
            + _loads(problem, pairs, nodes)
        )
    cost = 0.0
    for nodes in routes:
        way = [problem.start, *nodes, problem.end]
        cost += sum(float(problem.cost[a, b]) for a, b in pairwise(way))
    return Verdict(tuple(wrong), cost)


def _order(pairs: Sequence[tuple[int, int]], nodes: Sequence[int]) -> list[str]:
    """Name deliveries whose pickup is not before the dropoff in the same route."""
    at = {node: place for place, node in enumerate(nodes)}
    broken = [
        row
        for row, (p, q) in enumerate(pairs)
        if (p in at) != (q in at) or (p in at and at[p] > at[q])
    ]
    return [f"delivery {row} is not picked up before it is dropped off" for row in broken]


def _times(problem: RoutingProblem, nodes: Sequence[int], tolerance_s: float) -> list[str]:
    """Name stops that are reached after their window."""
    wrong, here = [], problem.start
    leave_s = float(problem.open_s[here] + problem.service_s[here])
    for node in (*nodes, problem.end):
        begin_s = max(leave_s + float(problem.travel_s[here, node]), float(problem.open_s[node]))
        late_s = begin_s - float(problem.due_s[node])
        if late_s > tolerance_s:
            wrong.append(f"node {node} is {late_s:.6f} s late")
        leave_s, here = begin_s + float(problem.service_s[node]), node
    return wrong


def _loads(
    problem: RoutingProblem, pairs: Sequence[tuple[int, int]], nodes: Sequence[int]
) -> list[str]:
    """Name stops behind which more is on board than the vehicle holds."""
    change = {}
    for row, (p, q) in enumerate(pairs):
        change[p], change[q] = problem.demand[row], -problem.demand[row]
    wrong, load = [], problem.demand[:0].sum(axis=0)
    for node in nodes:
        load = load + change[node]
        if (load > problem.capacity).any():
            wrong.append(f"overload behind node {node}")
    return wrong
