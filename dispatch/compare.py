"""Two plans of one tick side by side: what another policy, or another fleet, would have decided."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from statistics import fmean, stdev

from dispatch.assemble import assemble
from dispatch.model import CourierView
from dispatch.plan import Plan, State
from dispatch.problem import Problem
from dispatch.reasons import WhyNot


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a plan comes to; seconds are sums over the planned deliveries.

    `pickup_delay_s` is from when goods are ready (now at the earliest) to their pickup, `eta_s`
    from now to the doors.
    """

    planned: int
    committed: int
    left: int
    late: int
    pickup_delay_s: int
    eta_s: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How much larger a figure is in the second of many pairs: mean and half a 95 % interval."""

    figure: str
    first: float
    second: float
    mean: float
    half_width: float


def outcome(problem: Problem, plan: Plan) -> Outcome:
    """Return what a plan for a problem comes to."""
    opens = {
        problem.waiting.id[row].tobytes(): max(0, int(problem.waiting.pickup_open_s[row]))
        for row in range(len(problem.waiting))
    }
    planned = plan.assignments
    return Outcome(
        planned=len(planned),
        committed=sum(one.state is State.COMMITTED for one in planned),
        left=len(plan.unassigned),
        late=sum(one.dropoff.late_s > 0 for one in planned),
        pickup_delay_s=sum(one.pickup.begin_s - opens[one.delivery] for one in planned),
        eta_s=sum(one.dropoff.begin_s for one in planned),
    )


def agreement(live: Plan, other: Plan) -> float:
    """Return the share of deliveries that both plans give to the same courier, or to nobody."""
    mine = {one.delivery: one.courier for one in live.assignments}
    theirs = {one.delivery: one.courier for one in other.assignments}
    deliveries = mine.keys() | theirs.keys() | {one.delivery for one in live.unassigned}
    if not deliveries:
        return 1.0
    return fmean(mine.get(id_) == theirs.get(id_) for id_ in deliveries)


def paired(pairs: Sequence[tuple[Outcome, Outcome]]) -> tuple[Difference, ...]:
    """Return each figure's paired difference over many ticks; nothing for no pair."""
    if not pairs:
        return ()
    told = []
    for figure in (field.name for field in fields(Outcome)):
        first = [float(getattr(one, figure)) for one, _ in pairs]
        second = [float(getattr(other, figure)) for _, other in pairs]
        more = [b - a for a, b in zip(first, second, strict=True)]
        spread = 1.96 * stdev(more) / math.sqrt(len(more)) if len(more) > 1 else math.inf
        told.append(Difference(figure, fmean(first), fmean(second), fmean(more), spread))
    return tuple(told)


def with_couriers(problem: Problem, change: int, seed: int) -> Problem:
    """Return the problem with so many couriers more, or fewer.

    Another courier is an idle double of one who is there, drawn by `seed`: the same place, speed
    and shift. Who goes is drawn among those with nothing to do. Without any, nothing changes.
    """
    fleet = [problem.courier(row) for row in range(len(problem.couriers))]
    waiting = [problem.delivery(row) for row in range(len(problem.waiting))]
    rng = random.Random(seed)  # noqa: S311 - a draw that repeats
    at_work = sorted((one for one in fleet if not one.excluded), key=lambda one: one.id)
    if change > 0 and at_work:
        doubles = (rng.choice(at_work) for _ in range(change))
        fleet += [_double(one, at, seed) for at, one in enumerate(doubles)]
    elif change < 0:
        idle = [one for one in at_work if not one.stops]
        gone = {one.id for one in rng.sample(idle, min(-change, len(idle)))}
        fleet = [one for one in fleet if one.id not in gone]
    return assemble(problem.zone, problem.now_ms, fleet, waiting, problem.kept)


def _double(one: CourierView, number: int, seed: int) -> CourierView:
    id_ = b"double" + number.to_bytes(4) + (seed % 2**48).to_bytes(6)
    nothing = one.load.minus(one.load)
    return replace(one, id=id_, stops=(), load=nothing, pinned=0, done=0, excluded=WhyNot.NOTHING)
