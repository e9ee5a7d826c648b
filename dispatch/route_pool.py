"""A pool of routes that a search came by, and the best choice among them.

Set partitioning (Rochat & Taillard 1995 for the idea; solved here by CP-SAT): routes of several
trajectories are put together where the search itself would have to cross worse states.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dispatch.kernel.routes import Routes
from dispatch.kernel.task import Task

_MOST = 8_000
"""Routes kept; the oldest go first."""

_SCALE = 1_000
"""Costs are counted in thousandths."""

_EFFORT = 1.0
"""CP-SAT's deterministic time per choice: about as many seconds on an idle machine."""

Nodes = tuple[int, ...]


@dataclass(slots=True)
class RoutePool:
    """Routes by the deliveries they serve, each the cheapest seen."""

    task: Task
    _kept: dict[frozenset[int], tuple[float, Nodes]] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)

    def __len__(self) -> int:
        """Return how many routes there are."""
        return len(self._kept)

    def add(self, routes: Routes) -> None:
        """Keep the routes of a state that were not seen yet."""
        versions = routes.version.tolist()
        for row, size in enumerate(routes.size.tolist()):
            if size == 0 or versions[row] in self._seen:
                continue
            self._seen.add(versions[row])
            nodes = tuple(routes.stop[row, 1 : size + 1].tolist())
            served = frozenset(self.task.delivery_of[list(nodes)].tolist())
            cost = float(routes.cost[row])
            if served not in self._kept or cost < self._kept[served][0]:
                self._kept.pop(served, None)
                self._kept[served] = cost, nodes
        while len(self._kept) > _MOST:
            self._kept.pop(next(iter(self._kept)))

    def choose(self, best: Sequence[Sequence[int]]) -> list[list[int]]:
        """Return routes that serve what `best` serves, none twice, at no more cost.

        No more routes are taken than in `best`. With equal pools the choice is always the same.
        """
        hints = [frozenset(self.task.delivery_of[list(nodes)].tolist()) for nodes in best]
        wanted = frozenset().union(*hints)
        kept = [(of, *found) for of, found in self._kept.items() if of <= wanted]
        if any(hint not in self._kept for hint in hints):
            return [list(nodes) for nodes in best]
        from ortools.sat.python import cp_model  # noqa: PLC0415 - slow to import, only here

        model = cp_model.CpModel()
        taken = [model.new_bool_var("") for _ in kept]
        serving: dict[int, list[Any]] = {delivery: [] for delivery in wanted}
        for take, (served, _, _) in zip(taken, kept, strict=True):
            for delivery in served:
                serving[delivery].append(take)
            model.add_hint(take, served in hints)
        for choices in serving.values():
            model.add_exactly_one(choices)
        model.add(sum(taken) <= len(best))
        costs = (round(cost * _SCALE) for _, cost, _ in kept)
        model.minimize(sum(cost * take for cost, take in zip(costs, taken, strict=True)))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = _EFFORT
        if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return [list(nodes) for nodes in best]
        chosen = zip(taken, kept, strict=True)
        return [list(nodes) for take, (_, _, nodes) in chosen if solver.value(take)]
