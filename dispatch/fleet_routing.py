"""Routes for a mixed fleet: least weight left out, then least cost; seeds repeat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dispatch.errors import ProblemError
from dispatch.fleet_problem import FleetProblem
from dispatch.fleet_task import make_mixed
from dispatch.kernel.chance import chance
from dispatch.kernel.mixed.anneal import anneal
from dispatch.kernel.mixed.routes import is_sound
from dispatch.kernel.mixed.search import MixedSearch, start_mixed, stops_by_row
from dispatch.kernel.mixed.task import MixedTask
from dispatch.kernel.mixed.walk import walk
from dispatch.routing import Budget

_CHUNK = 25
"""Steps between two looks at the budget: few milliseconds."""

_MOST_PLACES = 4_000_000
"""Vehicles times stops: so many places are kept three times over, with 100 bytes each."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop on a route: of which item, the second of two or not, when service begins.

    `breaks` of the vehicle have been taken on the way here since it started.
    """

    item: int
    is_second: bool
    begin_cs: int
    breaks: int


@dataclass(frozen=True, slots=True)
class FleetRoute:
    """A vehicle's visits, when it leaves its start and when it is done."""

    visits: tuple[Visit, ...]
    start_cs: int
    end_cs: int


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """One route per vehicle (without visits: it stays), items left out, cost, steps taken."""

    routes: tuple[FleetRoute, ...]
    left_out: tuple[int, ...]
    cost: float
    steps: int


Sequences = Sequence[Sequence[tuple[int, bool]]]
"""Per vehicle: items in the sequence of their stops, True for the second stop."""


def plan_fleet(
    problem: FleetProblem,
    budget: Budget,
    seed: int,
    now_s: Callable[[], float],
    *,
    start: Sequences = (),
    pinned: Sequence[int] = (),
) -> FleetPlan:
    """Return the best routes found: least weight left out, then least cost.

    The search goes on from `start` where given; the first `pinned[vehicle]` stops of each given
    route stay first, and their items with that vehicle. Raises ProblemError when the problem is
    too large for the memory or a given route does not hold.
    """
    began_s = now_s()
    if len(problem.vehicles) * 2 * len(problem.items) > _MOST_PLACES:
        raise ProblemError(
            f"{len(problem.vehicles)} vehicles for {len(problem.items)} tasks are too many for one"
            " search: split them by area"
        )
    if not problem.items or not problem.vehicles:
        empty = tuple(FleetRoute((), of.window[0], of.window[0]) for of in problem.vehicles)
        return FleetPlan(empty, tuple(range(len(problem.items))), 0.0, 0)
    task = make_mixed(problem, pinned)
    for route, count in zip(start, pinned, strict=False):
        for item, _ in route[:count]:
            task.items.pinned[item] = 1
    search = start_mixed(task, _given(problem, task, start), chance(seed))
    _check_start(task, search)

    def spent(steps: int) -> float:
        by_steps = 0.0 if budget.steps is None else steps / budget.steps
        by_time = 0.0 if budget.seconds is None else (now_s() - began_s) / budget.seconds
        return max(by_steps, by_time)

    steps = _search(task, search, spent)
    return _plan(task, search, steps)


def _search(task: MixedTask, search: MixedSearch, spent: Callable[[int], float]) -> int:
    """Build routes, then anneal until the budget is spent; return the steps taken."""
    anneal(task, search, 1, 0.0, 0.0, 0.0, 1.0)
    steps, length = 1, _mean_price(task)
    hot, cold = length, 0.003 * length
    first = min(spent(steps), 0.99)
    removals = min(12.0, max(2.0, 0.3 * len(task.items.first)))
    while (share := spent(steps)) < 1.0:
        heat = hot * (cold / hot) ** (max(0.0, share - first) / (1.0 - first))
        anneal(task, search, _CHUNK, removals, 0.01, 0.1, heat)
        steps += _CHUNK
    return steps


def _mean_price(task: MixedTask) -> float:
    """Return about what one way between two nodes costs."""
    fleet, nodes = task.fleet, task.nodes
    way = float(nodes.way.mean()) * float(fleet.way_rate.mean())
    return way + float(nodes.metres.mean()) * float(fleet.metre_rate.mean()) or 1.0


def _given(problem: FleetProblem, task: MixedTask, start: Sequences) -> list[list[int]]:
    items = task.items
    return [
        [int(items.second[item] if is_second else items.first[item]) for item, is_second in route]
        for route in start[: len(problem.vehicles)]
    ]


def _check_start(task: MixedTask, search: MixedSearch) -> None:
    """Raise ProblemError for a given route that breaks a limit."""
    routes = search.now
    for row, nodes in enumerate(stops_by_row(routes)):
        items = task.nodes.item_of[nodes]
        at = {node: place for place, node in enumerate(nodes)}
        ordered = all(
            at.get(int(task.items.first[item]), len(at)) <= at.get(int(task.items.second[item]), -1)
            for item in items
        )
        holds = (
            ordered
            and is_sound(task, routes, row)
            and bool((routes.load[row, : len(nodes) + 2] <= task.fleet.capacity[row]).all())
            and len(nodes) <= task.fleet.most_stops[row]
            and bool(task.items.allowed[items, row].all())
        )
        if not holds:
            raise ProblemError(f"the given route of vehicle {row} does not hold")


def _plan(task: MixedTask, search: MixedSearch, steps: int) -> FleetPlan:
    best = search.best
    routes = tuple(_timed(task, search, row, nodes) for row, nodes in enumerate(stops_by_row(best)))
    left = sorted(best.absent[: best.absences[0]].tolist())
    return FleetPlan(routes, tuple(left), float(search.total[1]), steps)


def _timed(task: MixedTask, search: MixedSearch, row: int, nodes: list[int]) -> FleetRoute:
    """Return a route with its times: no later at its end than it need be, but begun late."""
    opens = round(task.fleet.opens[row])
    if not nodes:
        return FleetRoute((), opens, opens)
    trail, last = search.desk.trail, len(nodes) + 1
    trail.way[: last + 1] = [task.fleet.start[row], *nodes, task.fleet.end[row]]
    walk(task, row, trail, last)
    items, of = task.items, task.nodes.item_of[nodes]
    visits = (
        Visit(
            item=int(item),
            is_second=bool(items.first[item] != node),
            begin_cs=round(trail.begin[place]),
            breaks=int(trail.taken[place]),
        )
        for place, (node, item) in enumerate(zip(nodes, of, strict=True), start=1)
    )
    return FleetRoute(tuple(visits), round(trail.begin[0]), round(trail.begin[last]))
