"""Rolling plans: sound, the same in any order and again, explained, going on from the last."""

import io
import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.tick_city import city
from dispatch.assemble import assemble
from dispatch.check import check
from dispatch.model import CourierView, DeliveryView, Kind, Stop
from dispatch.plan import Plan, State
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.reasons import Unserved
from dispatch.replay import encode_record, records, replay
from dispatch.solve import solve
from dispatch.tick.keep import kept_of
from tests.dispatch.hashing import digest, digests, planned
from tests.dispatch.strategies import ZONE, id16, seeds
from tests.dispatch.tick.situations import busy, rolling

ROLLING = DispatchPolicy(rolling=1)


@given(seeds, seeds)
@settings(max_examples=200)
def test_no_plan_breaks_a_rule(seed: int, knobs: int) -> None:
    problem = busy(seed, 6, 8)
    check(problem, solve(problem, rolling(knobs), 1))


@given(seeds, seeds, st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_rows_does_not_matter(seed: int, knobs: int, rng: random.Random) -> None:
    problem = busy(seed, 6, 6)
    couriers = [problem.courier(row) for row in range(len(problem.couriers))]
    waiting = [problem.delivery(row) for row in range(len(problem.waiting))]
    rng.shuffle(couriers)
    rng.shuffle(waiting)
    again = assemble(problem.zone, problem.now_ms, couriers, waiting, problem.kept)
    plan, shuffled = (solve(one, rolling(knobs), 3) for one in (problem, again))
    assert plan.to_bytes() == shuffled.to_bytes()
    assert plan.cards == shuffled.cards


@given(seeds, seeds)
@settings(max_examples=60)
def test_bytes_give_problem_and_plan_again(seed: int, knobs: int) -> None:
    problem = busy(seed, 6, 6)
    plan = solve(problem, rolling(knobs), 3)
    again = solve(Problem.from_bytes(problem.to_bytes()), rolling(knobs), 3)
    assert plan == again
    assert Plan.from_bytes(plan.to_bytes()) == replace(plan, cards=())


def test_a_recorded_rolling_tick_replays_and_hash_randomisation_does_not_matter() -> None:
    first = planned(40, rolling=1)
    problem = replace(city(30, 40, 1, seed=5), kept=kept_of(first))
    plan = solve(problem, ROLLING, 9)
    log = io.BytesIO(encode_record(problem.to_bytes(), ROLLING, 9, plan.to_bytes()))
    assert replay(next(records(log))).differences == ()
    assert digests(40, rolling=1) == {digest(first)}


@given(seeds, seeds)
@settings(max_examples=100)
def test_every_decision_has_a_card_that_accounts_for_every_courier(seed: int, knobs: int) -> None:
    problem = busy(seed, 6, 8)
    plan = solve(problem, rolling(knobs), 1)
    decided = {one.delivery for one in plan.assignments if one.state is State.COMMITTED}
    left = {one.delivery: one.reason for one in plan.unassigned}
    assert {card.delivery for card in plan.cards} == decided | left.keys()
    terms = {one.delivery: one for one in plan.assignments}
    for card in plan.cards:
        counted = card.priced + sum(obstacle.couriers for obstacle in card.obstacles)
        later = left.get(card.delivery) is Unserved.NOT_YET
        assert counted == (0 if later else len(problem.couriers))
        costs = [one.terms.total_ms for one in card.candidates]
        if card.chosen is not None and card.priced:
            assert card.chosen in {one.courier for one in card.candidates}
            assert terms[card.delivery].courier == card.chosen
            others = [
                cost
                for cost, one in zip(costs, card.candidates, strict=True)
                if one.courier != card.chosen
            ]
            assert all(a <= b + 8 for a, b in pairwise(others))  # terms are rounded down


@given(seeds, seeds)
@settings(max_examples=60)
def test_what_was_planned_stays_unless_something_gains(seed: int, knobs: int) -> None:
    problem, policy = busy(seed, 6, 6), replace(rolling(knobs), steps_per_delivery=0)
    plan = solve(problem, policy, 1)
    again = solve(replace(problem, kept=kept_of(plan)), policy, 2)
    assert {(one.delivery, one.courier) for one in again.assignments} >= {
        (one.delivery, one.courier) for one in plan.assignments
    }


def two_from_one_shop(setup_s: int) -> Problem:
    """Return a courier next to a shop with two orders for two doors beside each other."""
    deliveries = []
    for at, door in ((2, 2000), (3, 2010)):
        pickup = Stop(id16(at), Kind.PICKUP, 0, 0, service_s=60, setup_s=setup_s)
        dropoff = replace(pickup, kind=Kind.DROPOFF, x_m=door)
        deliveries.append(DeliveryView(pickup, dropoff))
    return assemble(ZONE, 0, [CourierView(id16(1), 10, 0, 5000)], deliveries)


def test_orders_of_one_shop_go_together_in_one_visit() -> None:
    plan = solve(two_from_one_shop(60), replace(ROLLING, mix_shops=0), 1)
    kinds = [stop.kind for stop in plan.assignments[0].stops]
    assert kinds == [Kind.PICKUP, Kind.PICKUP, Kind.DROPOFF, Kind.DROPOFF]
    first, second = plan.assignments[0].stops[:2]
    assert first.begin_s == second.begin_s


def test_with_no_steps_left_it_still_answers_for_everybody() -> None:
    problem = city(40, 60, 1, seed=2)
    plan = solve(problem, replace(ROLLING, steps_per_delivery=0), 1)
    check(problem, plan)
    assert len(plan.assignments) + len(plan.unassigned) == 60
    assert plan.work.looks == 0


def test_search_makes_the_plan_cheaper() -> None:
    problem = city(40, 60, 1, seed=2)
    doors = []
    for steps in (0, 20):
        plan = solve(problem, replace(ROLLING, steps_per_delivery=steps), 1)
        doors.append(sum(one.dropoff.begin_s for one in plan.assignments))
    assert doors[1] < doors[0]


def test_a_courier_below_the_guarantee_is_taken_although_a_little_further() -> None:
    # Both far from the end: one has had far more than the guarantee already.
    rich = CourierView(id16(1), 0, 0, 5000, done=20, shift_start_s=-7200, shift_end_s=7200)
    poor = CourierView(id16(2), 600, 0, 5000, done=0, shift_start_s=-7200, shift_end_s=600)
    stop = Stop(id16(3), Kind.PICKUP, 0, 0)
    problem = assemble(
        ZONE, 0, [rich, poor], [DeliveryView(stop, replace(stop, kind=Kind.DROPOFF))]
    )
    plain, paid = (
        solve(problem, replace(ROLLING, guaranteed_per_hour=rate), 1).assignments[0]
        for rate in (0, 1500)
    )
    assert plain.courier == rich.id
    assert paid.courier == poor.id
    assert plain.terms.pay_ms == 0
    assert 0 <= paid.terms.pay_ms < 600_000


def test_what_need_not_be_decided_is_held_and_explained_later() -> None:
    stop = Stop(id16(3), Kind.PICKUP, 1000, 0, open_s=1800)
    problem = assemble(
        ZONE,
        0,
        [CourierView(id16(1), 0, 0, 5000)],
        [DeliveryView(stop, replace(stop, kind=Kind.DROPOFF))],
    )
    plan = solve(problem, ROLLING, 1)
    (one,) = plan.assignments
    assert one.state is State.HELD
    assert one.decide_by_s == 1800 - 200 - 52
    assert plan.cards == ()


def test_nothing_and_nobody_is_no_trouble() -> None:
    assert solve(assemble(ZONE, 0, [], []), ROLLING, 1).assignments == ()
    alone = solve(city(0, 3, 0, seed=1), ROLLING, 1)
    assert {one.reason for one in alone.unassigned} == {Unserved.NO_COURIERS}
    assert solve(city(3, 0, 1, seed=1), ROLLING, 1).unassigned == ()


def test_no_two_columns_of_a_kept_plan_may_differ_in_length() -> None:
    plan = solve(city(5, 5, 1, seed=1), ROLLING, 1)
    kept = kept_of(plan)
    stops = {one.courier: len(one.stops) for one in plan.assignments}
    assert len(kept) == sum(stops.values())
    assert np.all(kept.kind <= 1)
