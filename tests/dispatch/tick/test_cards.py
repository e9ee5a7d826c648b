"""Cards of a rolling plan: the chosen courier stands there with the terms of the plan."""

from dataclasses import replace

from hypothesis import given, settings

from dispatch.plan import State
from dispatch.solve import solve
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.situations import busy, rolling


@given(seeds, seeds)
@settings(max_examples=100)
def test_the_chosen_one_is_on_the_card_and_the_margin_is_to_the_best_other(
    seed: int, knobs: int
) -> None:
    problem, policy = busy(seed, 5, 6), rolling(knobs)
    policy = replace(policy, card_candidates=100, ride_weight=policy.detour_weight)
    plan = solve(problem, policy, 1)
    cards = {card.delivery: card for card in plan.cards}
    for one in plan.assignments:
        if one.state is not State.COMMITTED:
            continue
        card = cards[one.delivery]
        assert card.chosen == one.courier
        mine = [c.terms.total_ms for c in card.candidates if c.courier == one.courier]
        others = [c.terms.total_ms for c in card.candidates if c.courier != one.courier]
        assert len(card.candidates) == card.priced
        # Its own row may have no cheaper place, only a cheaper one than where it stands.
        assert all(cost <= one.terms.total_ms + 8 for cost in mine)
        if mine and others and card.margin_ms is not None:
            assert abs(card.margin_ms - (min(others) - mine[0])) <= 16
        if not others:
            assert card.margin_ms is None
