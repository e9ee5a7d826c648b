"""Task: a pickup-and-delivery problem as the arrays that kernels read."""

from typing import NamedTuple

import numpy as np

from dispatch.routing_problem import Floats, Ints, Longs, RoutingProblem

ORDERS = 6
"""How many ways there are to sort deliveries before they are put back (see `keys`)."""

_NEAREST = 400
_ROUNDING_S = 1e-7


class Task(NamedTuple):
    """n nodes (stops, and where routes start and end), m deliveries, d dimensions of load.

    `time_s[a, b]` and `cost[a, b]` lead from a to b; `time_to_s[b, a]` and `cost_to[b, a]` are the
    same numbers, so that all ways to one node lie side by side. `open_s` and `due_s` say when
    service may begin. `delivery_of[node]` is -1 where routes start and end. `near[node]` are other
    stops, nearest first. `keys[k, delivery]` sorts ascending for the k-th order. A route with
    stops costs `fixed` beside its way.
    """

    time_s: Floats  # [n, n]
    time_to_s: Floats  # [n, n]
    cost: Floats  # [n, n]
    cost_to: Floats  # [n, n]
    open_s: Floats  # [n]
    due_s: Floats  # [n]
    service_s: Floats  # [n]
    demand: Longs  # [n, d], negative at dropoffs
    capacity: Longs  # [d]
    pickup: Ints  # [m]
    dropoff: Ints  # [m]
    delivery_of: Ints  # [n]
    near: Ints  # [n, nearest]
    keys: Floats  # [ORDERS, m]
    start: int
    end: int
    fixed: float


def make_task(problem: RoutingProblem, deliveries: Ints, *, vehicles_first: bool) -> Task:
    """Return the arrays of some deliveries of a problem; they are numbered as in `deliveries`.

    Where vehicles come first, one costs more than all ways together. Windows are widened by a tenth
    of a microsecond: sums of the same seconds in another sequence differ in their last bits, and a
    courier may arrive in the very moment a window closes.
    """
    nodes, demand = len(problem.service_s), problem.demand[deliveries]
    pickup, dropoff = problem.pickup[deliveries], problem.dropoff[deliveries]
    same = problem.travel_s is problem.cost or np.array_equal(problem.travel_s, problem.cost)
    time_s, time_to_s = _floats(problem.travel_s), _floats(problem.travel_s.T)
    by_node = np.zeros((nodes, len(problem.capacity)), np.int64)
    by_node[pickup], by_node[dropoff] = demand, -demand
    delivery_of = np.full(nodes, -1, np.int32)
    delivery_of[pickup] = delivery_of[dropoff] = np.arange(len(pickup), dtype=np.int32)
    return Task(
        time_s=time_s,
        time_to_s=time_to_s,
        cost=time_s if same else _floats(problem.cost),
        cost_to=time_to_s if same else _floats(problem.cost.T),
        open_s=_floats(problem.open_s),
        due_s=_floats(problem.due_s) + _ROUNDING_S,
        service_s=_floats(problem.service_s),
        demand=by_node,
        capacity=np.ascontiguousarray(problem.capacity, np.int64),
        pickup=np.ascontiguousarray(pickup, np.int32),
        dropoff=np.ascontiguousarray(dropoff, np.int32),
        delivery_of=delivery_of,
        near=_near(problem.cost, delivery_of),
        keys=_keys(problem, deliveries),
        start=int(problem.start),
        end=int(problem.end),
        fixed=2.0 * (nodes + 1) * float(problem.cost.max()) if vehicles_first else 0.0,
    )


def _floats(array: Floats) -> Floats:
    return np.ascontiguousarray(array, np.float64)


def _near(cost: Floats, delivery_of: Ints) -> Ints:
    """Return the nearest stops of every node, itself first."""
    stops = np.flatnonzero(delivery_of >= 0)
    both = np.minimum(cost, cost.T)[:, stops]
    both[stops, np.arange(len(stops))] = -1.0
    order = np.argsort(both, axis=1, kind="stable")[:, :_NEAREST]
    return np.ascontiguousarray(stops[order], np.int32)


def _keys(problem: RoutingProblem, deliveries: Ints) -> Floats:
    """Return one row of keys per order; the kernel fills in the first, which is by chance."""
    pickup, dropoff = problem.pickup[deliveries], problem.dropoff[deliveries]
    reach = problem.cost[problem.start, pickup] + problem.cost[problem.start, dropoff]
    width_s = problem.due_s - problem.open_s
    keys = np.zeros((ORDERS, len(deliveries)))
    keys[1] = -reach
    keys[2] = reach
    keys[3] = width_s[pickup] + width_s[dropoff]
    keys[4] = problem.due_s[dropoff]
    keys[5] = -problem.demand[deliveries].sum(axis=1)
    return keys
