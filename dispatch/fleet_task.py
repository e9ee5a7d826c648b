"""From a fleet problem to the arrays that kernels read."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import astuple, replace

import numpy as np

from dispatch.fleet_problem import NO_LIMIT, FleetProblem, Item, Matrix, Stop, Vehicle, Window
from dispatch.kernel.mixed.task import ORDERS, Breaks, Flags, Fleet, Items, MixedTask, Nodes
from dispatch.routing_problem import Floats, Ints

_NEAREST = 300
_NOWHERE = -1
"""The place where a vehicle without start or end starts or ends."""


def make_mixed(problem: FleetProblem, pinned: Sequence[int] = ()) -> MixedTask:
    """Return the task's arrays.

    Nodes are numbered: first and only stops as the items, then second stops of all items in their
    sequence, then where vehicles start and end. The first `pinned[vehicle]` stops of given routes
    stay where they are.
    """
    first, second = _numbered(problem.items)
    stops = [item.first for item in problem.items]
    stops += [item.second for item in problem.items if item.second is not None]
    ends = _ends(problem.vehicles)
    places = np.array([*(stop.place for stop in stops), *ends], np.int32)
    nodes = _nodes(problem, stops, places, first, second)
    numbers = {place: len(stops) + number for number, place in enumerate(ends)}
    return MixedTask(
        nodes=nodes,
        items=_items(problem, nodes, first, second),
        fleet=_fleet(problem, numbers, pinned),
        breaks=_breaks(problem),
    )


def _numbered(items: Sequence[Item]) -> tuple[Ints, Ints]:
    """Return the nodes of first and second stops."""
    first = np.arange(len(items), dtype=np.int32)
    second, count = first.copy(), len(items)
    for number, item in enumerate(items):
        if item.second is not None:
            second[number] = count
            count += 1
    return first, second


def _ends(vehicles: Sequence[Vehicle]) -> list[int]:
    """Return the distinct places where vehicles start and end."""
    named = {_end(place) for of in vehicles for place in (of.start, of.end)}
    return sorted(named)


def _end(place: int | None) -> int:
    return _NOWHERE if place is None else place


def _by_node(matrices: Sequence[Matrix], places: Ints) -> Floats:
    """Return one matrix per profile between nodes; from and to nowhere it is no way."""
    there = np.where(places == _NOWHERE, 0, places)
    chosen = np.stack([matrix[np.ix_(there, there)] for matrix in matrices])
    chosen[:, places == _NOWHERE, :] = 0.0
    chosen[:, :, places == _NOWHERE] = 0.0
    return np.ascontiguousarray(chosen)


def _windows(given: Sequence[Sequence[Window]], total: int) -> tuple[Ints, Floats, Floats]:
    """Return the number of windows, begins and ends, padded; rows beyond `given` have none."""
    width = max([1, *(len(windows) for windows in given)])
    count = np.zeros(total, np.int32)
    opens, closes = np.zeros((total, width)), np.zeros((total, width))
    for row, windows in enumerate(given):
        count[row] = len(windows)
        for k, (begin, end) in enumerate(windows):
            opens[row, k], closes[row, k] = begin, min(end, NO_LIMIT)
    return count, opens, closes


def _nodes(
    problem: FleetProblem, stops: Sequence[Stop], places: Ints, first: Ints, second: Ints
) -> Nodes:
    total, ends = len(places), len(places) - len(stops)
    windows, opens, closes = _windows([stop.windows for stop in stops], total)
    kinds = len(stops[0].service_cs)
    service, setup = np.zeros((kinds, total)), np.zeros((kinds, total))
    for node, stop in enumerate(stops):
        service[:, node], setup[:, node] = stop.service_cs, stop.setup_cs
    item_of = np.full(total, -1, np.int32)
    item_of[first] = item_of[second] = np.arange(len(first), dtype=np.int32)
    way = _by_node(problem.ways, places)
    same = all(a is b for a, b in zip(problem.times, problem.ways, strict=True))
    return Nodes(
        time=way if same else _by_node(problem.times, places),
        way=way,
        metres=_by_node(problem.metres, places),
        place=places,
        windows=windows,
        opens=opens,
        closes=closes,
        service=service,
        setup=setup,
        soft=np.array([*(float(stop.soft_cs) for stop in stops), *[float(NO_LIMIT)] * ends]),
        late_rate=np.array([*(stop.late_rate for stop in stops), *[0.0] * ends]),
        near=_near(way[0], len(stops)),
        item_of=item_of,
    )


def _near(way: Floats, stops: int) -> Ints:
    """Return the nearest stops of every node, itself first."""
    both = np.minimum(way, way.T)[:, :stops]
    both[np.arange(stops), np.arange(stops)] = -1.0
    order = np.argsort(both, axis=1, kind="stable")[:, :_NEAREST]
    return np.ascontiguousarray(order, np.int32)


def _items(problem: FleetProblem, nodes: Nodes, first: Ints, second: Ints) -> Items:
    items, shape = problem.items, (len(problem.items), problem.dims)
    weight = np.array([item.weight for item in items])
    bring = np.array([item.bring for item in items], np.int64).reshape(shape)
    carry = np.array([item.carry for item in items], np.int64).reshape(shape)
    return Items(
        first=first,
        second=second,
        bring=bring,
        carry=carry,
        weight=weight,
        ride=np.array([float(item.ride_cs) for item in items]),
        allowed=_allowed(problem),
        pinned=np.zeros(len(items), np.uint8),
        keys=_keys(problem, nodes, first, second, weight),
    )


def _allowed(problem: FleetProblem) -> Flags:
    allowed = np.ones((len(problem.items), len(problem.vehicles)), np.uint8)
    for row, item in enumerate(problem.items):
        if item.vehicles is not None:
            allowed[row] = 0
            allowed[row, sorted(item.vehicles)] = 1
    return allowed


def _keys(problem: FleetProblem, nodes: Nodes, first: Ints, second: Ints, weight: Floats) -> Floats:
    """Return one row of keys per order; the kernel fills in the first, which is by chance."""
    keys = np.zeros((ORDERS, len(first)))
    ends = np.arange((nodes.item_of >= 0).sum(), len(nodes.place))
    reach = nodes.way[0][ends].min(axis=0, initial=np.inf) if len(ends) else nodes.way[0][0]
    wide = [sum(end - begin for begin, end in _all_windows(item)) for item in problem.items]
    last = [_all_windows(item)[-1][1] for item in problem.items]
    keys[1] = -(reach[first] + reach[second])
    keys[2] = reach[first] + reach[second]
    keys[3] = wide
    keys[4] = last
    keys[5] = [-sum(item.bring) - sum(item.carry) for item in problem.items]
    keys[6] = -weight
    return keys


def _all_windows(item: Item) -> list[Window]:
    windows = [*item.first.windows, *(item.second.windows if item.second is not None else ())]
    return windows or [(0, NO_LIMIT)]


def _fleet(problem: FleetProblem, numbers: dict[int, int], pinned: Sequence[int]) -> Fleet:
    given = problem.vehicles
    soft = any(
        stop is not None and stop.late_rate > 0.0
        for item in problem.items
        for stop in (item.first, item.second)
    )
    rides = any(item.ride_cs < NO_LIMIT for item in problem.items)
    careful = [
        soft or rides or any(pause.most_load is not None for pause in of.breaks) for of in given
    ]
    counts = [len(of.breaks) for of in given]

    def floats(values: Iterable[float]) -> Floats:
        return np.array([float(value) for value in values])

    def numbers_of(values: Iterable[int]) -> Ints:
        return np.array(list(values), np.int32)

    return Fleet(
        profile=numbers_of(of.profile for of in given),
        kind=numbers_of(of.kind for of in given),
        group=_groups(problem),
        start=numbers_of(numbers[_end(of.start)] for of in given),
        end=numbers_of(numbers[_end(of.end)] for of in given),
        opens=floats(of.window[0] for of in given),
        closes=floats(min(of.window[1], NO_LIMIT) for of in given),
        pace=floats(of.pace for of in given),
        way_rate=floats(of.way_rate for of in given),
        metre_rate=floats(of.metre_rate for of in given),
        work_rate=floats(of.work_rate for of in given),
        fixed=floats(of.fixed for of in given),
        capacity=np.array([of.capacity for of in given], np.int64).reshape(
            len(given), problem.dims
        ),
        most_stops=np.array([of.most_stops for of in given], np.int64),
        most_travel=floats(of.most_travel_cs for of in given),
        most_metres=floats(of.most_metres for of in given),
        pinned=np.array([*pinned, *[0] * (len(given) - len(pinned))], np.int64),
        careful=np.array(careful, np.uint8),
        break_from=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
    )


def _groups(problem: FleetProblem) -> Ints:
    """Number vehicles so that those that differ in nothing share a number."""
    allowed = _allowed(problem)
    seen: dict[Hashable, int] = {}
    plain = [replace(of, breaks=()) for of in problem.vehicles]
    marks = [
        (astuple(bare), of.breaks, allowed[:, row].tobytes())
        for row, (bare, of) in enumerate(zip(plain, problem.vehicles, strict=True))
    ]
    return np.array([seen.setdefault(mark, len(seen)) for mark in marks], np.int32)


def _breaks(problem: FleetProblem) -> Breaks:
    pauses = [pause for vehicle in problem.vehicles for pause in vehicle.breaks]
    windows, opens, closes = _windows([pause.windows for pause in pauses], len(pauses))
    unlimited = (NO_LIMIT,) * problem.dims
    loads = [unlimited if pause.most_load is None else pause.most_load for pause in pauses]
    return Breaks(
        windows=windows,
        opens=opens,
        closes=closes,
        length=np.array([float(pause.length_cs) for pause in pauses]),
        most_load=np.array(loads, np.int64).reshape(len(pauses), problem.dims),
    )
