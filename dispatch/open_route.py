"""Routes laid open for insertion: one courier's nodes in time, as plain lists of integers."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from dispatch.cost import share_of_work
from dispatch.legs import leg_ms
from dispatch.model import Kind
from dispatch.problem import Problem
from dispatch.problem_rules import id_list
from dispatch.reasons import WhyNot


class OpenRoute(NamedTuple):
    """A courier and the stops ahead as nodes 0 to n: node 0 is the position, node k is stop k - 1.

    All lists have n + 1 entries; times are milliseconds, due times those of the past are now.
    New stops may come behind node `pinned` or any later one.
    """

    row: int
    id: bytes
    excluded: WhyNot
    pinned: int
    speed_mm_s: int
    shift_end_ms: int
    capacity: tuple[int, int, int]
    share: int
    deliveries: int
    x_m: list[int]
    y_m: list[int]
    leg_ms: list[int]
    open_ms: list[int]
    due_ms: list[int]
    service_ms: list[int]
    is_pickup: list[bool]
    arrive_ms: list[int]
    begin_ms: list[int]
    depart_ms: list[int]
    load: list[tuple[int, int, int]]

    @property
    def nodes(self) -> int:
        """How many nodes there are: the stops and the courier's own place."""
        return len(self.x_m)

    @property
    def free_ms(self) -> int:
        """When the last stop is done."""
        return self.depart_ms[-1]


def open_routes(problem: Problem) -> tuple[OpenRoute, ...]:
    """Return every courier's route, sorted by courier id: no result depends on the input order."""
    ahead, at = problem.stops, problem.stop_offsets.at.tolist()
    columns = (
        ahead.kind.tolist(),
        ahead.x_m.tolist(),
        ahead.y_m.tolist(),
        ahead.open_s.tolist(),
        ahead.due_s.tolist(),
        ahead.service_s.tolist(),
        ahead.demand.tolist(),
    )
    stops = list(zip(*columns, strict=True))
    opened = []
    for row, route in enumerate(_without_stops(problem, stops, at)):
        for stop in stops[at[row] : at[row + 1]]:
            _append(route, *stop)
        opened.append(route)
    return tuple(sorted(opened, key=lambda route: route.id))


def _without_stops(
    problem: Problem, stops: list[tuple[Any, ...]], at: list[int]
) -> Iterator[OpenRoute]:
    of = problem.couriers
    rows = zip(
        id_list(of.id),
        of.x_m.tolist(),
        of.y_m.tolist(),
        of.speed_mm_s.tolist(),
        of.ready_s.tolist(),
        of.shift_start_s.tolist(),
        of.shift_end_s.tolist(),
        of.capacity.tolist(),
        of.load.tolist(),
        of.done.tolist(),
        of.pinned.tolist(),
        of.excluded.tolist(),
        strict=True,
    )
    for row, (id_, x, y, speed, ready, start, end, room, load, done, pinned, why) in enumerate(
        rows
    ):
        deliveries = sum(stop[0] == Kind.DROPOFF for stop in stops[at[row] : at[row + 1]])
        start_ms = max(0, ready * 1000)
        yield OpenRoute(
            row=row,
            id=id_,
            excluded=WhyNot(why),
            pinned=pinned,
            speed_mm_s=speed,
            shift_end_ms=end * 1000,
            capacity=(room[0], room[1], room[2]),
            share=share_of_work(done, deliveries, start),
            deliveries=deliveries,
            x_m=[x],
            y_m=[y],
            leg_ms=[0],
            open_ms=[0],
            due_ms=[0],
            service_ms=[0],
            is_pickup=[False],
            arrive_ms=[start_ms],
            begin_ms=[start_ms],
            depart_ms=[start_ms],
            load=[(load[0], load[1], load[2])],
        )


def _append(
    route: OpenRoute,
    kind: int,
    x_m: int,
    y_m: int,
    open_s: int,
    due_s: int,
    service_s: int,
    demand: list[int],
) -> None:
    leg = leg_ms(x_m - route.x_m[-1], y_m - route.y_m[-1], route.speed_mm_s)
    arrive_ms = route.depart_ms[-1] + leg
    begin_ms = max(arrive_ms, open_s * 1000)
    is_pickup = kind == Kind.PICKUP
    sign = 1 if is_pickup else -1
    items, grams, cm3 = route.load[-1]
    route.x_m.append(x_m)
    route.y_m.append(y_m)
    route.leg_ms.append(leg)
    route.open_ms.append(open_s * 1000)
    route.due_ms.append(max(0, due_s * 1000))
    route.service_ms.append(service_s * 1000)
    route.is_pickup.append(is_pickup)
    route.arrive_ms.append(arrive_ms)
    route.begin_ms.append(begin_ms)
    route.depart_ms.append(begin_ms + service_s * 1000)
    route.load.append((items + sign * demand[0], grams + sign * demand[1], cm3 + sign * demand[2]))
