"""Decision cards: complete, true, and JSON."""

import json
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given

from dispatch.card import Card
from dispatch.check import overloaded
from dispatch.explain import card_json, unassigned_text
from dispatch.feasibility import Rule, violations
from dispatch.model import CourierView, DeliveryView, Kind, Load
from dispatch.plan import Unassigned
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.reasons import Unserved, WhyNot
from dispatch.schedule import schedule
from dispatch.solve import solve
from tests.dispatch.strategies import id16, make, policies, problems, seeds

ALL_EXAMPLES = 1000


@given(problems, policies)
def test_every_delivery_has_a_card_that_accounts_for_every_courier(
    problem: Problem, policy: DispatchPolicy
) -> None:
    plan = solve(problem, policy, 1)
    later = {one.delivery for one in plan.unassigned if one.reason is Unserved.NOT_YET}
    ids = [problem.delivery(row).id for row in range(len(problem.waiting))]
    assert [card.delivery for card in plan.cards] == sorted(ids)
    for card in plan.cards:
        counted = card.priced + sum(obstacle.couriers for obstacle in card.obstacles)
        assert counted == (0 if card.delivery in later else len(problem.couriers))


@given(problems, policies)
def test_the_chosen_one_is_on_the_card_with_the_terms_of_the_plan(
    problem: Problem, policy: DispatchPolicy
) -> None:
    plan = solve(problem, policy, 1)
    cards = {card.delivery: card for card in plan.cards}
    for one in plan.assignments:
        card = cards[one.delivery]
        assert card.chosen == one.courier
        (chosen,) = (c for c in card.candidates if c.courier == one.courier)
        assert chosen.terms == one.terms
        assert (chosen.pickup_s, chosen.eta_s) == (one.pickup.begin_s, one.dropoff.begin_s)
        assert chosen.taken_by == one.delivery
    for left in plan.unassigned:
        assert cards[left.delivery].chosen is None


@given(problems, policies)
def test_candidates_are_the_cheapest_and_the_margin_is_to_the_best_other(
    problem: Problem, policy: DispatchPolicy
) -> None:
    for card in solve(problem, replace(policy, card_candidates=ALL_EXAMPLES), 1).cards:
        totals = [candidate.terms.total_ms for candidate in card.candidates]
        assert totals == sorted(totals)
        assert len(totals) == card.priced
        others = [c.terms.total_ms for c in card.candidates if c.courier != card.chosen]
        mine = [c.terms.total_ms for c in card.candidates if c.courier == card.chosen]
        expected = min(others) - mine[0] if mine and others else None
        assert card.margin_ms == expected


@given(problems, policies)
def test_a_cheaper_candidate_not_chosen_takes_another_delivery(
    problem: Problem, policy: DispatchPolicy
) -> None:
    for card in solve(problem, replace(policy, card_candidates=ALL_EXAMPLES), 1).cards:
        mine = [c.terms.total_ms for c in card.candidates if c.courier == card.chosen]
        for candidate in card.candidates:
            if not mine or candidate.terms.total_ms < mine[0]:
                assert candidate.taken_by is not None


@given(seeds, policies)
def test_every_stated_limit_holds_when_checked_from_scratch(
    seed: int, policy: DispatchPolicy
) -> None:
    problem = make(seed, 8, 4)
    policy = replace(policy, card_examples=ALL_EXAMPLES)
    couriers = {view.id: view for view in map(problem.courier, range(len(problem.couriers)))}
    waiting = {view.id: view for view in map(problem.delivery, range(len(problem.waiting)))}
    for card in solve(problem, policy, 1).cards:
        for obstacle in card.obstacles:
            assert len(obstacle.examples) == obstacle.couriers
            for courier in obstacle.examples:
                new = waiting[card.delivery]
                assert limit_holds(obstacle.reason, couriers[courier], new, policy)


def limit_holds(
    reason: WhyNot, courier: CourierView, new: DeliveryView, policy: DispatchPolicy
) -> bool:
    """Check one stated limit on its own, by trying every pair of positions."""
    if courier.excluded or reason == courier.excluded:
        return reason == courier.excluded
    if reason.name.startswith("BARRED"):
        return (courier.id, reason) in new.barred
    if reason is WhyNot.ROUTE_FULL:
        drops = sum(stop.kind == Kind.DROPOFF for stop in courier.stops)
        return drops >= policy.max_deliveries
    if reason is WhyNot.TOO_FAR:
        return True  # tests/dispatch/test_candidates.py looks at distances
    if reason in {WhyNot.COSTLIER, WhyNot.NOT_NEAR}:
        return True  # no limit: tests/dispatch/test_pricing.py shows that nobody cheaper is lost
    return reason in obstacles_met(courier, new, policy)


def obstacles_met(courier: CourierView, new: DeliveryView, policy: DispatchPolicy) -> set[WhyNot]:
    """Return the limits met by putting both stops into each gap; none if a gap is free."""
    met = set()
    before = violations(courier, courier.stops, schedule(courier, courier.stops))
    for pickup_at in range(courier.pinned, len(courier.stops) + 1):
        stops = list(courier.stops)
        stops[pickup_at:pickup_at] = [new.pickup, new.dropoff]
        visits = schedule(courier, stops)
        fresh = {violation.rule for violation in violations(courier, stops, visits) - before}
        late_ms = visits[pickup_at].begin_ms - max(0, new.pickup.open_s * 1000)
        here = {
            WhyNot.NO_CAPACITY: overloaded(courier, stops, pickup_at, pickup_at + 1),
            WhyNot.SHIFT_ENDS: Rule.SHIFT in fresh,
            WhyNot.TOO_LATE: late_ms > policy.lookahead_s * 1000,
        }
        if not any(here.values()):
            return set()
        met |= {reason for reason, holds in here.items() if holds}
    return met


def test_a_card_is_plain_json_with_uuids() -> None:
    problem = make(11, 6, 6)
    plan = solve(problem, DispatchPolicy(), 1)
    told = [json.loads(json.dumps(card_json(card, plan.policy_version))) for card in plan.cards]
    assert [UUID(card["deliveryId"]).bytes for card in told] == [c.delivery for c in plan.cards]
    for card in told:
        assert card["policyVersion"] == DispatchPolicy().version
        for candidate in card["candidates"]:
            assert candidate["totalMs"] == sum(candidate["terms"].values())
        for excluded in card["excluded"]:
            assert WhyNot[excluded["reason"].upper()]
            assert excluded["text"]


def test_a_card_of_nobody_says_so() -> None:
    told = card_json(Card(id16(1), None, (), 0, None, ()), "v")
    assert (told["courierId"], told["marginMs"], told["candidates"]) == (None, None, [])


@pytest.mark.parametrize("reason", Unserved)
def test_every_reason_is_a_sentence(reason: Unserved) -> None:
    left = Unassigned(id16(1), reason, 2, id16(2), 90, Load(1, 0, 20))
    text = unassigned_text(left, DispatchPolicy())
    assert text[0].isupper() or text[0].isdigit()
    assert text.endswith(".")


def test_sentences_name_the_numbers() -> None:
    far = Unassigned(id16(1), Unserved.TOO_FAR, 3, id16(2), 7200)
    assert unassigned_text(far, DispatchPolicy(radius_m=5000)) == (
        "No courier within 5.0 km of the pickup: the nearest is 7.2 km away."
    )
    full = Unassigned(id16(1), Unserved.NO_CAPACITY, 12, id16(2), 0, Load(2, 0, 300))
    assert unassigned_text(full, DispatchPolicy()) == (
        "12 couriers in reach, none with room: the best one lacks 2 items, 300 cm³."
    )


@pytest.mark.parametrize(
    ("ahead_s", "told"),
    [
        (40, "40 s"),
        (41 * 60, "41 min"),
        (2 * 3600, "2 h"),
        (26 * 3600 + 61, "26 h 2 min"),
        (250_020, "3 days"),
    ],
)
def test_how_long_until_is_told_in_units_that_people_count_in(ahead_s: int, told: str) -> None:
    later = Unassigned(id16(1), Unserved.NOT_YET, amount=ahead_s)
    assert unassigned_text(later, DispatchPolicy()) == f"Ready too far ahead: planned in {told}."
