"""Small mixed fleets by chance, and a twin of the kernels: routes tried in every way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np
from hypothesis import strategies as st

from dispatch.fleet_problem import NO_LIMIT, FleetProblem, Item, Pause, Stop, Vehicle, Window

seeds = st.integers(0, 2**32 - 1)
Step = tuple[int, bool]
"""An item, and whether it is its second stop."""


class _Maker:
    """Parts of a problem by chance."""

    def __init__(self, seed: int, places: int, *, soft: bool) -> None:
        self.rng = np.random.default_rng(seed)
        self.places, self.soft = places, soft
        points = self.rng.integers(0, 60, (places, 2)).astype(np.float64)
        self.times = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))

    def whole(self, low: int, high: int) -> int:
        """Return a number from `low` up to but without `high`."""
        return int(self.rng.integers(low, high))

    def windows(self) -> tuple[Window, ...]:
        """Return none, one or two windows."""
        if self.rng.random() < 0.4:
            return ()
        first = self.whole(0, 250)
        one = first, first + self.whole(10, 150)
        return (one,) if self.rng.random() < 0.6 else (one, (one[1] + 20, one[1] + 60))

    def stop(self) -> Stop:
        """Return a stop."""
        return Stop(
            place=self.whole(0, self.places),
            windows=self.windows(),
            service_cs=(self.whole(0, 5), self.whole(0, 9)),
            setup_cs=(self.whole(0, 4), 2),
            soft_cs=self.whole(50, 300) if self.soft else NO_LIMIT,
            late_rate=float(self.whole(1, 3)) if self.soft else 0.0,
        )

    def item(self) -> Item:
        """Return a pair, or a job that brings and collects."""
        pair = self.rng.random() < 0.6
        bring = (0, 0) if pair else (self.whole(0, 4), self.whole(0, 4))
        carry = self.whole(0, 4), self.whole(0, 4)
        return Item(self.stop(), self.stop() if pair else None, bring, carry)

    def pause(self) -> Pause:
        """Return a break."""
        load = (4, 4) if self.rng.random() < 0.4 else None
        return Pause(self.windows(), self.whole(5, 30), load)

    def end(self) -> int | None:
        """Return where a vehicle starts or ends, if anywhere."""
        return None if self.rng.random() < 0.2 else self.whole(0, self.places)

    def vehicle(self, number: int, breaks: int) -> Vehicle:
        """Return a vehicle with up to so many breaks."""
        return Vehicle(
            profile=0,
            kind=number % 2,
            start=self.end(),
            end=self.end(),
            window=(0, self.whole(300, 600)),
            capacity=(7, 7),
            pace=1.0 if self.rng.random() < 0.5 else 1.3,
            way_rate=float(self.whole(1, 3)),
            metre_rate=0.5 if self.rng.random() < 0.3 else 0.0,
            work_rate=0.25 if self.rng.random() < 0.3 else 0.0,
            fixed=float(self.whole(0, 50)),
            most_stops=self.whole(3, 9),
            most_travel_cs=self.whole(200, 500),
            most_metres=self.whole(200, 500),
            breaks=tuple(self.pause() for _ in range(self.whole(0, breaks + 1))),
        )


def random_fleet(
    seed: int, items: int = 5, vehicles: int = 2, *, breaks: int = 1, soft: bool = False
) -> FleetProblem:
    """Return a problem of jobs and pairs with windows, limits and breaks."""
    make = _Maker(seed, items + 2, soft=soft)
    return FleetProblem(
        times=(make.times,),
        ways=(make.times,),
        metres=(make.times * 1.5,),
        items=tuple(make.item() for _ in range(items)),
        vehicles=tuple(make.vehicle(number, breaks) for number in range(vehicles)),
        dims=2,
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """What a route costs, and whether it holds."""

    cost: float
    holds: bool


def stop_of(problem: FleetProblem, step: Step) -> Stop:
    """Return the stop of a step."""
    item = problem.items[step[0]]
    return item.second if step[1] and item.second is not None else item.first


def try_route(problem: FleetProblem, row: int, steps: Sequence[Step]) -> Tried:
    """Walk a route in every way of placing breaks."""
    vehicle = problem.vehicles[row]
    if not steps:
        return Tried(0.0, True)
    stops = [stop_of(problem, step) for step in steps]
    way: list[int | None] = [vehicle.start, *(stop.place for stop in stops), vehicle.end]
    legs = [(a, b) for a, b in pairwise(way) if a is not None and b is not None]
    travel = [float(problem.times[0][a, b]) * vehicle.pace for a, b in legs]
    metres = sum(float(problem.metres[0][a, b]) for a, b in legs)
    stays = list(stays_of(problem, row, steps))
    cost = vehicle.fixed + vehicle.metre_rate * metres + vehicle.work_rate * sum(stays)
    cost += vehicle.way_rate * sum(float(problem.ways[0][a, b]) for a, b in legs)
    loads = list(loads_of(problem, steps))
    holds = all(
        have <= most for load in loads for have, most in zip(load, vehicle.capacity, strict=True)
    )
    holds &= len(steps) <= vehicle.most_stops and metres <= vehicle.most_metres
    holds &= sum(travel) <= vehicle.most_travel_cs
    begins = begins_of(problem, row, steps, stays, loads)
    late = 0.0
    if begins is not None:
        for begin, stop in zip(begins, stops, strict=True):
            late += stop.late_rate * max(0.0, begin - stop.soft_cs)
    return Tried(cost + late, holds and begins is not None)


def stays_of(problem: FleetProblem, row: int, steps: Sequence[Step]) -> Iterator[float]:
    """Yield how long each stop takes."""
    vehicle = problem.vehicles[row]
    before = vehicle.start
    for step in steps:
        stop = stop_of(problem, step)
        setup = stop.setup_cs[vehicle.kind] if stop.place != before else 0
        yield stop.service_cs[vehicle.kind] + setup
        before = stop.place


def loads_of(problem: FleetProblem, steps: Sequence[Step]) -> Iterator[tuple[int, ...]]:
    """Yield what is on board at the start and behind every stop."""
    alone = [problem.items[item] for item, _ in steps if problem.items[item].second is None]
    load = np.array([item.bring for item in alone]).reshape(-1, problem.dims).sum(axis=0)
    yield tuple(load.tolist())
    for number, is_second in steps:
        item = problem.items[number]
        if item.second is None:
            load = load - item.bring + item.carry
        else:
            load = load - item.carry if is_second else load + item.carry
        yield tuple(load.tolist())


def begins_of(
    problem: FleetProblem,
    row: int,
    steps: Sequence[Step],
    stays: Sequence[float],
    loads: Sequence[tuple[int, ...]],
) -> list[float] | None:
    """Return when services begin in the way of placing breaks that ends first; None: no way."""
    vehicle, best = problem.vehicles[row], (inf, None)
    stops = [stop_of(problem, step) for step in steps]
    places: list[int | None] = [vehicle.start, *(stop.place for stop in stops), vehicle.end]
    for legs in placements(len(vehicle.breaks), len(steps) + 1):
        time, begins = float(vehicle.window[0]), []
        for leg, (a, b) in enumerate(pairwise(places)):
            left = 0.0 if a is None or b is None else problem.times[0][a, b] * vehicle.pace
            for pause, at in zip(vehicle.breaks, legs, strict=True):
                if at == leg:
                    heavy = pause.most_load is not None and any(
                        have > most for have, most in zip(loads[leg], pause.most_load, strict=True)
                    )
                    begin = inf if heavy else first_begin(pause.windows, time)
                    if begin == inf:
                        left, time = 0.0, inf
                        continue
                    left = max(0.0, left - (begin - time))
                    time = begin + pause.length_cs
            time += left
            if leg < len(steps):
                time = first_begin(stops[leg].windows, time)
                begins.append(time)
                time += stays[leg]
        if time <= vehicle.window[1] and time < best[0]:
            best = time, begins
    return best[1]


def placements(breaks: int, legs: int, first: int = 0) -> Iterator[tuple[int, ...]]:
    """Yield every way of putting breaks on legs in their sequence."""
    if breaks == 0:
        yield ()
        return
    for leg in range(first, legs):
        for rest in placements(breaks - 1, legs, leg):
            yield (leg, *rest)


def first_begin(windows: Sequence[Window], time: float) -> float:
    """Return when one may begin who is there at `time`."""
    if not windows:
        return time
    return min((max(time, begin) for begin, end in windows if time <= end), default=inf)


def best_insertion(
    problem: FleetProblem, row: int, steps: Sequence[Step], item: int
) -> tuple[float, list[Step]]:
    """Try an item in all places of a route; return the least added cost and the route."""
    before, best = try_route(problem, row, steps).cost, (inf, list(steps))
    for tried in with_item(problem, steps, item):
        found = try_route(problem, row, tried)
        if found.holds and found.cost - before < best[0] - 1e-9:
            best = found.cost - before, tried
    return best


def with_item(problem: FleetProblem, steps: Sequence[Step], item: int) -> Iterator[list[Step]]:
    """Yield a route with an item in all places."""
    for i in range(len(steps) + 1):
        if problem.items[item].second is None:
            yield [*steps[:i], (item, False), *steps[i:]]
            continue
        for j in range(i, len(steps) + 1):
            yield [*steps[:i], (item, False), *steps[i:j], (item, True), *steps[j:]]


def greedy_fleet(problem: FleetProblem, seed: int, row: int = 0) -> tuple[list[Step], list[int]]:
    """Return a route that holds for one vehicle, and the items that are not in it."""
    rng = np.random.default_rng(seed)
    steps: list[Step] = []
    left = []
    for item in rng.permutation(len(problem.items)).tolist():
        added, longer = best_insertion(problem, row, steps, item)
        if added == inf or rng.random() < 0.3:
            left.append(item)
        else:
            steps = longer
    return steps, left
