"""Pricing: the cheapest few are truly the cheapest, and every pair has a price or a reason."""

from dataclasses import replace

import numpy as np
from hypothesis import given

from dispatch.assemble import assemble
from dispatch.insertion import Inserted, cheapest
from dispatch.model import CourierView, DeliveryView, Kind, Load, Stop
from dispatch.open_delivery import open_deliveries
from dispatch.open_route import open_routes
from dispatch.policy import DispatchPolicy
from dispatch.pricing import Pricing
from dispatch.problem import Problem
from dispatch.reasons import WhyNot
from tests.dispatch.strategies import ZONE, id16, make, policies, problems, seeds


def looked(problem: Problem, policy: DispatchPolicy) -> Pricing:
    deliveries = open_deliveries(problem)
    pricing = Pricing(open_routes(problem), deliveries, policy)
    for row in range(len(deliveries)):
        pricing.look(row)
    return pricing


@given(seeds, policies)
def test_the_cheapest_of_those_in_reach_are_found(seed: int, policy: DispatchPolicy) -> None:
    # Two kept of many who are all near: the bounds must stop late enough, not only early.
    problem, policy = make(seed, 30, 3, most=2), replace(policy, keep=2, max_deliveries=6)
    pricing, routes = looked(problem, policy), open_routes(problem)
    for row, new in enumerate(open_deliveries(problem)):
        totals = []
        for courier in pricing.neighbours.reach(new).rows.tolist():
            result, _ = cheapest(routes[courier], new, policy)
            full = routes[courier].deliveries >= policy.max_deliveries
            if isinstance(result, Inserted) and not full:
                totals.append(result.total_ms)
        found = sorted(inserted.total_ms for inserted in pricing.found[row].values())
        assert found[: policy.keep] == sorted(totals)[: policy.keep] or not totals


@given(problems, policies)
def test_every_courier_is_priced_or_has_a_reason(problem: Problem, policy: DispatchPolicy) -> None:
    pricing = looked(problem, policy)
    for found, why_not in zip(pricing.found, pricing.why_not, strict=True):
        assert sorted(found) == np.flatnonzero(why_not == WhyNot.NOTHING).tolist()


@given(problems, policies)
def test_looked_at_further_and_without_limit_everyone_is_decided(
    problem: Problem, policy: DispatchPolicy
) -> None:
    pricing, routes = looked(problem, policy), open_routes(problem)
    for row, new in enumerate(open_deliveries(problem)):
        before = len(pricing.found[row])
        limits = np.full(len(routes), 2**62)
        pricing.look_further(row)
        assert pricing.price_up_to(row, limits) == (len(pricing.found[row]) > before)
        assert not pricing.price_up_to(row, limits)
        assert not np.isin(pricing.why_not[row], (WhyNot.NOT_NEAR, WhyNot.COSTLIER)).any()
        for courier in pricing.neighbours.reach(new, everyone=True).rows.tolist():
            result, _ = cheapest(routes[courier], new, policy)
            code = pricing.why_not[row][courier]
            if code == WhyNot.ROUTE_FULL:
                assert routes[courier].deliveries >= policy.max_deliveries
            elif isinstance(result, Inserted):
                assert pricing.found[row][courier] == result
            else:
                assert code == result


@given(problems, policies)
def test_a_limit_leaves_nobody_unpriced_who_costs_no_more(
    problem: Problem, policy: DispatchPolicy
) -> None:
    pricing, routes = looked(problem, policy), open_routes(problem)
    for row, new in enumerate(open_deliveries(problem)):
        limits = np.zeros(len(routes), np.int64)
        for courier in np.flatnonzero(pricing.why_not[row] == WhyNot.COSTLIER).tolist():
            result, _ = cheapest(routes[courier], new, policy)
            if isinstance(result, Inserted):
                limits[courier] = result.total_ms  # just enough
        pricing.price_up_to(row, limits)
        for courier in np.flatnonzero(pricing.why_not[row] == WhyNot.COSTLIER).tolist():
            result, _ = cheapest(routes[courier], new, policy)
            assert isinstance(result, WhyNot)


def test_who_cannot_be_served_by_the_nearest_is_offered_to_all_in_the_radius() -> None:
    full = CourierView(id16(1), 0, 0, 5000, capacity=Load(0, 0, 0))
    far = CourierView(id16(2), 3000, 0, 5000, ready_s=700)
    pickup = Stop(id16(9), Kind.PICKUP, 0, 0)
    new = DeliveryView(pickup, replace(pickup, kind=Kind.DROPOFF))
    problem = assemble(ZONE, 0, [full, far], [new])
    pricing = looked(problem, DispatchPolicy(nearest=1))
    assert [pricing.routes[row].id for row in pricing.found[0]] == [far.id]


def test_work_is_counted() -> None:
    pricing = looked(make(1, 6, 6), DispatchPolicy())
    assert pricing.reached >= pricing.bounded >= pricing.priced > 0
    assert pricing.positions >= pricing.priced


def test_a_courier_who_looked_cheap_does_not_keep_out_one_who_is() -> None:
    # Waiting for the second stop hides, from the bound, how much the first would be delayed.
    aboard = Stop(id16(5), Kind.DROPOFF, 0, 1000)
    later = Stop(id16(6), Kind.PICKUP, 0, 2000, open_s=3000)
    deceptive = CourierView(
        id16(2),
        0,
        0,
        5000,
        load=Load(1, 0, 0),
        stops=(aboard, later, replace(later, kind=Kind.DROPOFF)),
    )
    best, good = CourierView(id16(1), 0, 0, 5000), CourierView(id16(3), 500, 0, 5000)
    pickup = Stop(id16(9), Kind.PICKUP, 0, 0, service_s=300)
    new = DeliveryView(pickup, replace(pickup, kind=Kind.DROPOFF, x_m=-100, service_s=0))
    problem = assemble(ZONE, 0, [best, deceptive, good], [new])
    pricing = looked(problem, DispatchPolicy(keep=2))
    cost = {pricing.routes[row].id: one.total_ms for row, one in pricing.found[0].items()}
    assert sorted(cost, key=lambda id_: cost[id_]) == [best.id, good.id, deceptive.id]
