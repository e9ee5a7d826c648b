"""Other solvers on the same arrays: VROOM, PyVRP and OR-Tools, each told as it likes best.

All work on integers: a thousandth of a unit. `vehicles first` is a fixed cost per used vehicle.
Seconds run from arrays to routes; a solver that has no time limit of its own reports its overrun.
"""

import datetime
import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from dispatch.kernel.warm import warm
from dispatch.routing import Budget, plan_routes
from dispatch.routing_problem import RoutingProblem

_SCALE = 1000
_FIXED = 10_000 * _SCALE
_ROUNDED_S = 0.05
"""By how much a solver on rounded numbers may be late: some dozens of roundings in one route."""

Routes = list[list[int]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What every solver is given: seconds, threads, seed, and whether vehicles come first."""

    limit_s: float
    threads: int
    seed: int
    vehicles_first: bool


@dataclass(frozen=True, slots=True)
class Solver:
    """A solver: how it is run, which package it needs, and how late rounding may make it."""

    run: Callable[[RoutingProblem, Asked], Routes]
    package: str | None
    module: str | None
    tolerance_s: float
    seeded: bool = True

    @property
    def installed(self) -> bool:
        """Tell whether the package is there."""
        return self.module is None or importlib.util.find_spec(self.module) is not None


def hermod(problem: RoutingProblem, asked: Asked) -> Routes:
    """Our own; one thread."""
    budget = Budget(seconds=asked.limit_s)
    plan = plan_routes(
        problem, budget, asked.seed, time.perf_counter, vehicles_first=asked.vehicles_first
    )
    return [list(nodes) for nodes in plan.routes]


def ortools(problem: RoutingProblem, asked: Asked) -> Routes:
    """OR-Tools' routing model: matrices in C++, parallel cheapest insertion, guided local search.

    It has no seed and one thread.
    """
    api: Any = import_module("ortools.constraint_solver.pywrapcp")
    enums: Any = import_module("ortools.constraint_solver.routing_enums_pb2")
    ways, times = _scaled(problem.cost), _scaled(problem.travel_s + problem.service_s[:, None])
    manager = api.RoutingIndexManager(len(ways), problem.vehicles, problem.start)
    model = api.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(ways.tolist()))
    model.SetFixedCostOfAllVehicles(_FIXED if asked.vehicles_first else 0)
    horizon = int(problem.due_s[problem.end] * _SCALE)
    time_arc = model.RegisterTransitMatrix(times.tolist())
    model.AddDimension(time_arc, horizon, horizon, False, "time")
    loads = model.RegisterUnaryTransitVector(_by_node(problem))
    model.AddDimension(loads, 0, int(problem.capacity[0]), True, "load")
    clock = model.GetDimensionOrDie("time")
    for node in (*problem.pickup.tolist(), *problem.dropoff.tolist()):
        window = (int(of[node] * _SCALE) for of in (problem.open_s, problem.due_s))
        clock.CumulVar(manager.NodeToIndex(node)).SetRange(*window)
    for p, q in zip(problem.pickup.tolist(), problem.dropoff.tolist(), strict=True):
        first, second = manager.NodeToIndex(p), manager.NodeToIndex(q)
        model.AddPickupAndDelivery(first, second)
        model.solver().Add(model.VehicleVar(first) == model.VehicleVar(second))
        model.solver().Add(clock.CumulVar(first) <= clock.CumulVar(second))
    return _ortools_search(api, enums, model, manager, problem.vehicles, asked.limit_s)


def _ortools_search(
    api: Any, enums: Any, model: Any, manager: Any, vehicles: int, limit_s: float
) -> Routes:
    asked = api.DefaultRoutingSearchParameters()
    asked.first_solution_strategy = enums.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    asked.local_search_metaheuristic = enums.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    asked.time_limit.FromMilliseconds(max(1, int(limit_s * 1000)))
    found, routes = model.SolveWithParameters(asked), []
    for vehicle in range(vehicles if found else 0):
        index, nodes = found.Value(model.NextVar(model.Start(vehicle))), []
        while not model.IsEnd(index):
            nodes.append(manager.IndexToNode(index))
            index = found.Value(model.NextVar(index))
        routes.append(nodes)
    return [nodes for nodes in routes if nodes]


def vroom(problem: RoutingProblem, asked: Asked) -> Routes:
    """VROOM at its highest exploration level; its time limit is a wish, and it has no seed."""
    api: Any = import_module("vroom")
    task = api.Input()
    matrix = _scaled(problem.travel_s).astype(np.uint32)
    task.set_durations_matrix(profile="car", matrix_input=matrix)
    if problem.cost is not problem.travel_s:
        task.set_costs_matrix(profile="car", matrix_input=_scaled(problem.cost).astype(np.uint32))

    def window(node: int) -> Any:
        return api.TimeWindow(*(int(of[node] * _SCALE) for of in (problem.open_s, problem.due_s)))

    def step(node: int) -> Any:
        service = int(problem.service_s[node] * _SCALE)
        return api.ShipmentStep(
            node, location=node, default_service=service, time_windows=[window(node)]
        )

    for vehicle in range(problem.vehicles):
        task.add_vehicle(
            api.Vehicle(
                vehicle + 1,
                start=problem.start,
                end=problem.end,
                capacity=problem.capacity.tolist(),
                time_window=window(problem.start),
                costs=api.VehicleCosts(fixed=_FIXED if asked.vehicles_first else 0),
            )
        )
    for row, (p, q) in enumerate(
        zip(problem.pickup.tolist(), problem.dropoff.tolist(), strict=True)
    ):
        task.add_shipment(step(p), step(q), api.Amount(problem.demand[row].tolist()))
    limit = datetime.timedelta(seconds=asked.limit_s)
    table = task.solve(exploration_level=5, nb_threads=asked.threads, timeout=limit).routes
    visits = table[table["type"].isin(["pickup", "delivery"])]
    return [
        [int(node) for node in rows["id"]] for _, rows in visits.groupby("vehicle_id", sort=False)
    ]


def pyvrp(problem: RoutingProblem, asked: Asked) -> Routes:
    """PyVRP (0.14 or newer, the first with shipments); one thread."""
    api: Any = import_module("pyvrp")
    stop: Any = import_module("pyvrp.stop")
    model = api.Model()
    places = [model.add_location(0, 0) for _ in problem.open_s]

    def window(node: int) -> tuple[int, int]:
        return int(problem.open_s[node] * _SCALE), int(problem.due_s[node] * _SCALE)

    def visit(node: int) -> tuple[int, int, int]:
        return *window(node), int(problem.service_s[node] * _SCALE)

    early, late = window(problem.start)
    depot = model.add_depot(places[problem.start], tw_early=early, tw_late=late)
    model.add_vehicle_type(
        problem.vehicles,
        capacity=problem.capacity.tolist(),
        start_depot=depot,
        end_depot=depot,
        tw_early=early,
        tw_late=late,
        fixed_cost=_FIXED if asked.vehicles_first else 0,
    )
    pairs = list(zip(problem.pickup.tolist(), problem.dropoff.tolist(), strict=True))
    for row, (p, q) in enumerate(pairs):
        need = problem.demand[row].tolist()
        model.add_shipment(places[p], places[q], *visit(p), *visit(q), need)
    ways, times = _scaled(problem.cost).tolist(), _scaled(problem.travel_s).tolist()
    for a, here in enumerate(places):
        for b, there in enumerate(places):
            if a != b:
                model.add_edge(here, there, distance=ways[a][b], duration=times[a][b])
    data, limit = model.data(), stop.MaxRuntime(asked.limit_s)
    found = api.solve(data, stop=limit, seed=asked.seed, display=False, collect_stats=False)
    return [
        [
            pairs[visit_of.idx][0 if visit_of.is_pickup() else 1]
            for visit_of in route
            if visit_of.is_pickup() or visit_of.is_delivery()
        ]
        for route in found.best.routes()
    ]


def _scaled(matrix: Any) -> Any:
    return np.rint(matrix * _SCALE).astype(np.int64)


def _by_node(problem: RoutingProblem) -> list[int]:
    loads = np.zeros(len(problem.open_s), np.int64)
    loads[problem.pickup], loads[problem.dropoff] = problem.demand[:, 0], -problem.demand[:, 0]
    return [int(load) for load in loads]


SOLVERS = {
    "hermod": Solver(hermod, None, None, 1e-6),
    "vroom": Solver(vroom, "pyvroom", "vroom", _ROUNDED_S, seeded=False),
    "pyvrp": Solver(pyvrp, "pyvrp", "pyvrp", _ROUNDED_S),
    "ortools": Solver(ortools, "ortools", "ortools", _ROUNDED_S, seeded=False),
}


def prepare(names: list[str]) -> None:
    """Compile our kernels and import the others' packages, so that nobody's seconds hold that."""
    for name in names:
        if name == "hermod":
            warm()
        elif (module := SOLVERS[name].module) is not None:
            import_module(module)
