"""The production tick as its process runs it, tick after tick of a generated city that goes on."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from benchmarks.tick_city import city
from dispatch.assemble import assemble, no_plan
from dispatch.haste import haste_after, hasty
from dispatch.model import DeliveryView
from dispatch.plan import Plan, State
from dispatch.policy import DispatchPolicy
from dispatch.problem import Kept, Problem
from dispatch.tick.keep import kept_of
from dispatch.tick.warm import warm
from jobs.solver import decision_of

_CARRIED = 2
_TICKS = 30
_COLD = 3
_MOVED, _NEW = 0.05, 0.02
_ROLLING, _MATCHING = DispatchPolicy(rolling=1), DispatchPolicy()


@dataclass(frozen=True, slots=True)
class WholeTicks:
    """Milliseconds per tick; what the last one came to."""

    cold_ms: list[float]
    warm_ms: list[float]
    matching_ms: list[float]
    told: str
    steps: int
    priced: int


def whole_ticks(couriers: int, orders: int, seed: int, repeat: int) -> WholeTicks:
    """Decide ticks of a city in which 5 % of the couriers move and 2 % of the orders are new.

    Each goes on from the plan before, with the haste that a live zone would be in; a few are also
    decided cold and by matching. Times count from the bytes of the problem to the
    decision: reading, planning, cards, the check, packing.
    """
    warm()
    rng = random.Random(f"later {seed}")  # another than the city's own
    now, level = city(couriers, orders, _CARRIED, seed), 0
    cold_ms, warm_ms, matching_ms = list[float](), list[float](), list[float]()
    ticks = max(_TICKS, repeat)
    later = city(0, ticks * _new(orders), 0, seed)  # in the same quarters
    new = map(later.delivery, range(len(later.waiting)))
    _, plan = _decided(now, _ROLLING, seed)
    for tick in range(ticks):
        if tick < min(_COLD, repeat):
            matching_ms.append(_decided(now, _MATCHING, seed)[0])
            cold_ms.append(_decided(replace(now, kept=no_plan()), _ROLLING, seed)[0])
        took_ms, plan = _decided(now, hasty(_ROLLING, level), seed)
        if tick:
            warm_ms.append(took_ms)
        level = haste_after(level, took_ms / 1000)
        now = _later(now, rng, kept_of(plan), new)
    committed = sum(one.state is State.COMMITTED for one in plan.assignments)
    told = f"{len(plan.assignments)} planned, {committed} now, {len(plan.unassigned)} left"
    return WholeTicks(cold_ms, warm_ms, matching_ms, told, plan.work.looks, plan.work.priced)


def _decided(problem: Problem, policy: DispatchPolicy, seed: int) -> tuple[float, Plan]:
    packed = problem.to_bytes()
    began = time.perf_counter()
    decision = decision_of(packed, policy, seed)
    took_ms = (time.perf_counter() - began) * 1000
    return took_ms, Plan.from_bytes(decision.plan)


def _new(orders: int) -> int:
    return max(1, round(_NEW * orders))


def _named(view: DeliveryView, id_: bytes) -> DeliveryView:
    pickup, dropoff = (replace(stop, delivery=id_) for stop in (view.pickup, view.dropoff))
    return replace(view, pickup=pickup, dropoff=dropoff)


def _later(
    problem: Problem, rng: random.Random, kept: Kept, new: Iterator[DeliveryView]
) -> Problem:
    fleet = [problem.courier(row) for row in range(len(problem.couriers))]
    waiting = [problem.delivery(row) for row in range(len(problem.waiting))]
    for row in rng.sample(range(len(fleet)), max(1, round(_MOVED * len(fleet)))):
        x_m, y_m = fleet[row].x_m + rng.randint(-100, 100), fleet[row].y_m + rng.randint(-100, 100)
        fleet[row] = replace(fleet[row], x_m=x_m, y_m=y_m)
    for row in rng.sample(range(len(waiting)), _new(len(waiting))):
        waiting[row] = _named(next(new), rng.randbytes(16))
    return assemble(problem.zone, problem.now_ms, fleet, waiting, kept)
