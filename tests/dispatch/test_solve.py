"""The engine as a whole: optimal, independent of order and hashing, all served that can be."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from benchmarks.tick_city import city
from dispatch.assemble import assemble
from dispatch.check import check
from dispatch.errors import ProblemError
from dispatch.insertion import Inserted, cheapest
from dispatch.model import CourierView, DeliveryView, Kind, Stop
from dispatch.open_delivery import open_deliveries
from dispatch.open_route import open_routes
from dispatch.plan import State
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.reasons import Unserved
from dispatch.solve import solve
from tests.dispatch.hashing import digest, digests, planned
from tests.dispatch.strategies import ZONE, id16, make, policies, problems, seeds

EVERYBODY = DispatchPolicy(nearest=100_000, keep=100_000)


def views(problem: Problem) -> tuple[list[CourierView], list[DeliveryView]]:
    return (
        [problem.courier(row) for row in range(len(problem.couriers))],
        [problem.delivery(row) for row in range(len(problem.waiting))],
    )


@given(seeds, policies, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    seed: int, policy: DispatchPolicy, rng: random.Random
) -> None:
    problem = make(seed, 8, 6)
    couriers, deliveries = views(problem)
    rng.shuffle(couriers)
    rng.shuffle(deliveries)
    again = assemble(problem.zone, problem.now_ms, couriers, deliveries)
    plan, shuffled = solve(problem, policy, 3), solve(again, policy, 3)
    assert plan.to_bytes() == shuffled.to_bytes()
    assert plan.cards == shuffled.cards


@given(problems, policies)
def test_a_problem_from_bytes_gives_the_same_plan(problem: Problem, policy: DispatchPolicy) -> None:
    again = Problem.from_bytes(problem.to_bytes())
    assert solve(problem, policy, 3) == solve(again, policy, 3)


def test_hash_randomisation_does_not_matter() -> None:
    assert digests(20, rolling=0) == {digest(planned(20, rolling=0))}


@given(problems)
def test_a_pinned_prefix_stays_and_the_old_sequence_too(problem: Problem) -> None:
    couriers = {view.id: view for view in views(problem)[0]}
    for one in solve(problem, DispatchPolicy(), 1).assignments:
        courier = couriers[one.courier]
        now = [(stop.delivery, stop.kind) for stop in one.stops]
        old = [(stop.delivery, stop.kind) for stop in courier.stops]
        assert now[: courier.pinned] == old[: courier.pinned]
        assert [stop for stop in now if stop[0] != one.delivery] == old
        assert now.index((one.delivery, Kind.PICKUP)) < now.index((one.delivery, Kind.DROPOFF))


def best_counts(problem: Problem, policy: DispatchPolicy) -> tuple[int, np.ndarray]:
    """Return how many can be served at most, and all true costs (-1: impossible)."""
    routes, deliveries = open_routes(problem), open_deliveries(problem)
    costs = np.full((len(deliveries), len(routes)), -1, np.int64)
    for row, new in enumerate(deliveries):
        for column, route in enumerate(routes):
            result, _ = cheapest(route, new, policy)
            full = route.deliveries >= policy.max_deliveries
            out = full or route.excluded or route.id in new.barred
            if isinstance(result, Inserted) and not out:
                costs[row, column] = result.total_ms
    if not costs.size:
        return 0, costs
    most = maximum_bipartite_matching(csr_array(costs != -1), perm_type="column")
    return int(np.sum(most >= 0)), costs


@given(seeds, st.integers(1, 3), st.integers(1, 3))
def test_all_that_can_be_served_is_served_however_few_are_looked_at_first(
    seed: int, nearest: int, keep: int
) -> None:
    problem = make(seed, 10, 10)
    policy = DispatchPolicy(
        nearest=nearest, keep=keep, further_looks=100, radius_m=100_000, horizon_s=864_000
    )
    most, _ = best_counts(problem, policy)
    assert len(solve(problem, policy, 1).assignments) == most


@pytest.mark.parametrize("seed", [418, 2270, 2684])
def test_a_pair_dearer_than_all_that_were_priced_is_found(seed: int) -> None:
    """Of two deliveries that need one courier the dear pair lets both be served."""
    problem = make(seed, 10, 10)
    policy = DispatchPolicy(
        nearest=1, keep=1, further_looks=100, radius_m=100_000, horizon_s=864_000
    )
    assert best_counts(problem, policy)[0] == 2
    assert len(solve(problem, policy, 1).assignments) == 2


@given(seeds, policies, st.integers(1, 3))
def test_the_plan_is_the_one_with_every_pair_priced_however_few_are_priced_first(
    seed: int, policy: DispatchPolicy, keep: int
) -> None:
    problem = make(seed, 12, 12, most=2)
    few = replace(policy, keep=keep, nearest=100_000, further_looks=100)
    plan, full = (solve(problem, one, 5) for one in (few, replace(few, keep=100_000)))
    assert full.work.priced >= plan.work.priced
    assert plan.assignments == full.assignments


@given(seeds)
def test_it_is_the_dense_optimum_of_true_costs(seed: int) -> None:
    problem, policy = make(seed, 12, 8), DispatchPolicy(horizon_s=864_000, radius_m=100_000)
    plan = solve(problem, policy, 1)
    most, costs = best_counts(problem, policy)
    if len(plan.assignments) < len(problem.waiting):
        return  # who is left is decided by urgency too
    dense = np.where(costs == -1, 1e12, costs)
    rows, columns = linear_sum_assignment(dense)
    assert sum(one.terms.total_ms for one in plan.assignments) == dense[rows, columns].sum()
    assert most == len(plan.assignments)


@given(problems, policies)
def test_every_delivery_is_either_assigned_or_explained(
    problem: Problem, policy: DispatchPolicy
) -> None:
    plan = solve(problem, policy, 1)
    decided = [one.delivery for one in plan.assignments]
    decided += [one.delivery for one in plan.unassigned]
    assert sorted(decided) == sorted(view.id for view in views(problem)[1])
    assert [one.delivery for one in plan.assignments] == sorted(
        one.delivery for one in plan.assignments
    )


def test_with_one_courier_for_two_who_waited_longer_is_served() -> None:
    courier = CourierView(id16(1), 0, 0, 5000)
    near, far = Stop(id16(2), Kind.PICKUP, 100, 0), Stop(id16(3), Kind.PICKUP, 900, 0, -900)
    fresh = DeliveryView(near, replace(near, kind=Kind.DROPOFF, x_m=500), age_s=10)
    old = DeliveryView(far, replace(far, kind=Kind.DROPOFF, x_m=500), age_s=900)
    plan = solve(assemble(ZONE, 0, [courier], [fresh, old]), DispatchPolicy(), 1)
    assert [one.delivery for one in plan.assignments] == [id16(3)]


def test_ordered_long_ago_for_later_is_no_reason_to_go_first() -> None:
    courier = CourierView(id16(1), 0, 0, 5000)
    now, later = Stop(id16(2), Kind.PICKUP, 100, 0, -60), Stop(id16(3), Kind.PICKUP, 100, 0, 1500)
    ready = DeliveryView(now, replace(now, kind=Kind.DROPOFF, x_m=500), age_s=60)
    booked = DeliveryView(later, replace(later, kind=Kind.DROPOFF, x_m=500), age_s=86_400)
    plan = solve(assemble(ZONE, 0, [courier], [ready, booked]), DispatchPolicy(), 1)
    assert [one.delivery for one in plan.assignments] == [id16(2)]


def test_equal_couriers_are_chosen_by_seed() -> None:
    couriers = [CourierView(id16(at), 0, 0, 5000) for at in range(1, 9)]
    stop = Stop(id16(99), Kind.PICKUP, 100, 0)
    new = DeliveryView(stop, replace(stop, kind=Kind.DROPOFF))
    problem = assemble(ZONE, 0, couriers, [new])
    chosen = {solve(problem, DispatchPolicy(), seed).assignments[0].courier for seed in range(30)}
    assert len(chosen) > 3


def test_what_only_a_rolling_plan_knows_is_refused_by_the_matching() -> None:
    problem = assemble(ZONE, 0, [CourierView(id16(1), 0, 0, 5000, leg_step_s=60)], [])
    with pytest.raises(ProblemError, match="set rolling=1"):
        solve(problem, DispatchPolicy(), 1)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match="seed must be from 0"):
        solve(assemble(ZONE, 0, [], []), DispatchPolicy(), seed)


def test_a_city_of_100_couriers_and_40_deliveries_gets_a_sane_plan() -> None:
    problem = city(100, 40, 1, seed=1)
    plan = solve(problem, DispatchPolicy(), 1)
    check(problem, plan)
    assert len(plan.assignments) == 40
    assert {one.state for one in plan.assignments} == {State.COMMITTED, State.HELD}
    for one in plan.assignments:
        new = next(view for view in views(problem)[1] if view.id == one.delivery)
        # Nobody comes more than a quarter of an hour after the goods are ready, nor rides an hour.
        assert one.pickup.begin_s <= max(0, new.pickup.open_s) + 900
        assert one.dropoff.begin_s - one.pickup.begin_s <= 3600
        if new.pickup.open_s > 900:
            assert one.state is State.HELD


@pytest.mark.parametrize("deliveries", [40, 100])
def test_a_city_is_matched_as_well_as_with_everybody_priced(deliveries: int) -> None:
    problem = city(100, deliveries, 1, seed=2)
    cost = [
        sum(one.terms.total_ms for one in solve(problem, policy, 1).assignments)
        for policy in (DispatchPolicy(), EVERYBODY)
    ]
    assert cost[0] == cost[1]


def test_the_budget_of_work_ends_further_looks_and_the_plan_still_holds() -> None:
    problem = city(60, 60, 1, seed=3)
    free, bound = DispatchPolicy(most_priced=10**9), DispatchPolicy(most_priced=0)
    best, first = solve(problem, free, 1), solve(problem, bound, 1)
    assert first.work.looks == 1 < best.work.looks
    assert first.work.priced < best.work.priced
    check(problem, first)


def test_nothing_waiting_is_an_empty_plan() -> None:
    plan = solve(city(5, 0, 1, seed=1), DispatchPolicy(), 1)
    assert (plan.assignments, plan.unassigned, plan.cards) == ((), (), ())


def test_without_couriers_everybody_is_left() -> None:
    plan = solve(city(0, 3, 0, seed=1), DispatchPolicy(horizon_s=86_400), 1)
    assert {one.reason for one in plan.unassigned} == {Unserved.NO_COURIERS}
