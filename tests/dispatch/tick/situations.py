"""Random problems for rolling plans: setups, legs in steps, plans to go on from; a slow twin."""

import random
from dataclasses import replace
from itertools import combinations_with_replacement

import numpy as np

from dispatch.assemble import assemble
from dispatch.feasibility import Rule, violations
from dispatch.model import CourierView, DeliveryView, Kind, Stop
from dispatch.policy import DispatchPolicy
from dispatch.problem import Kept, Problem
from dispatch.schedule import schedule
from tests.dispatch.strategies import ZONE, make, policy


def rolling(seed: int) -> DispatchPolicy:
    """Return a rolling policy with some knobs turned."""
    rng = random.Random(seed)
    return replace(
        policy(seed),
        rolling=1,
        mix_shops=rng.choice([0, 1]),
        steps_per_delivery=rng.choice([0, 3, 10]),
        change_s=rng.choice([0, 20]),
        guaranteed_per_hour=rng.choice([0, 1500]),
        nearest=200,
    )


def busy(seed: int, couriers: int, deliveries: int, most: int = 3) -> Problem:
    """Return a problem with setups, coarse legs, shops in common and a plan to go on from."""
    rng = random.Random(seed)
    problem = make(seed, couriers, deliveries, most)
    step_s, setup_s = rng.choice([0, 0, 60]), rng.choice([0, 30, 120])
    fleet = [
        replace(view, leg_step_s=step_s, stops=tuple(_set_up(s, setup_s) for s in view.stops))
        for view in map(problem.courier, range(len(problem.couriers)))
    ]
    waiting = [problem.delivery(row) for row in range(len(problem.waiting))]
    shops = [view.pickup for view in waiting[:2]]
    told = []
    for view in waiting:
        shop = rng.choice([view.pickup, *shops])
        pickup = replace(view.pickup, x_m=shop.x_m, y_m=shop.y_m)
        told.append(
            DeliveryView(
                _set_up(pickup, setup_s),
                _set_up(view.dropoff, setup_s),
                view.age_s,
                view.barred,
            )
        )
    return assemble(ZONE, problem.now_ms, fleet, told, _kept(rng, fleet, told))


def _set_up(stop: Stop, setup_s: int) -> Stop:
    return replace(stop, setup_s=setup_s)


def _kept(rng: random.Random, fleet: list[CourierView], waiting: list[DeliveryView]) -> Kept:
    """Return a plan that is partly outdated: some known, some gone, sequences of all kinds."""
    rows: list[tuple[bytes, bytes, int]] = []
    for courier in fleet:
        stops = [(stop.delivery, int(stop.kind)) for stop in courier.stops]
        for view in waiting:
            if rng.random() < 0.3:
                at = rng.randint(0, len(stops))
                stops.insert(at, (view.id, 0))
                stops.insert(rng.randint(at + 1, len(stops)), (view.id, 1))
        if rng.random() < 0.2:
            stops.append((bytes(16), 0))
        rows.extend((courier.id, delivery, kind) for delivery, kind in stops)
    ids = (np.frombuffer(b"".join(r[k] for r in rows), np.uint8).reshape(-1, 16) for k in (0, 1))  # type: ignore[misc]
    return Kept(*ids, np.array([kind for _, _, kind in rows], np.uint8))


def cost_of(
    courier: CourierView, stops: list[Stop], policy: DispatchPolicy, new: set[bytes]
) -> int:
    """Return what a sequence costs, thousandths of milliseconds, without pay, shares and change."""
    total = 0
    for stop, visit in zip(stops, schedule(courier, stops), strict=True):
        ride = policy.ride_weight if stop.delivery in new else policy.detour_weight
        weight = ride if stop.kind is Kind.DROPOFF else policy.pickup_delay_weight - ride
        late = max(0, visit.begin_ms - max(0, stop.due_s * 1000))
        total += (
            weight * visit.begin_ms
            + policy.travel_weight * visit.leg_ms
            + policy.waiting_weight * visit.wait_ms
            + policy.lateness_weight * late
        )
    return total


def best_by_trying(
    courier: CourierView,
    stops: list[Stop],
    view: DeliveryView,
    policy: DispatchPolicy,
    new: set[bytes],
) -> int | None:
    """Return the least cost that a delivery adds to a sequence: every pair of places, tried."""
    before = cost_of(courier, stops, policy, new)
    broken = violations(courier, stops, schedule(courier, stops))
    costs = []
    for i, j in combinations_with_replacement(range(courier.pinned, len(stops) + 1), 2):
        trial = [*stops[:i], view.pickup, *stops[i:j], view.dropoff, *stops[j:]]
        visits = schedule(courier, trial)
        begin_ms = visits[i].begin_ms
        late = begin_ms > max(0, view.pickup.open_s * 1000) + policy.lookahead_s * 1000
        late |= begin_ms > courier.shift_end_s * 1000
        fresh = violations(courier, trial, visits) - broken
        over = _overloaded(courier, trial, i, j + 1)
        if late or over or any(one.rule is not Rule.CAPACITY for one in fresh):
            continue
        inside = i < len(stops) and i > 0 and _same(stops[i - 1], view.pickup)
        if inside and _same(view.pickup, stops[i]):
            continue  # a visit is joined behind its last pickup
        if policy.mix_shops or _one_shop(trial, i, j + 1):
            costs.append(cost_of(courier, trial, policy, new) - before)
    return min(costs, default=None)


def _overloaded(courier: CourierView, stops: list[Stop], i: int, j: int) -> bool:
    load = courier.load
    for at, stop in enumerate(stops[:j]):
        load = load.plus(stop.demand) if stop.kind is Kind.PICKUP else load.minus(stop.demand)
        if at >= i and not load.within(courier.capacity):
            return True
    return False


def _one_shop(stops: list[Stop], i: int, j: int) -> bool:
    """Tell whether a pickup, put at i with its dropoff at j, is alone or joins a visit's end."""
    aboard = sum(1 if s.kind is Kind.DROPOFF else -1 for s in stops)
    levels = [aboard]
    for stop in stops:
        levels.append(levels[-1] + (1 if stop.kind is Kind.PICKUP else -1))
    joins = i > 0 and _same(stops[i - 1], stops[i])
    if not joins:
        if levels[i] > 0:
            return False
        return j == i + 1
    # From the pickup to its dropoff the others of the visit keep something on board.
    return all(levels[at + 1] > 1 for at in range(i, j - 1)) if j > i + 1 else True


def _same(a: Stop, b: Stop) -> bool:
    return a.kind is b.kind is Kind.PICKUP and b.setup_s > 0 and (a.x_m, a.y_m) == (b.x_m, b.y_m)
