"""Decide one tick by a rolling plan: sequences that go on from the last plan, and why."""

from dispatch.card import Card
from dispatch.plan import Plan, State, Unassigned, Work
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.problem_rules import id_list
from dispatch.reasons import Unserved
from dispatch.tick.cards import Cards
from dispatch.tick.memory import PRICED, STEPS
from dispatch.tick.roll import Rolled, roll
from dispatch.tick.telling import assignments
from dispatch.tick.unplanned import Unplanned


def rolling_plan(problem: Problem, policy: DispatchPolicy, seed: int) -> Plan:
    """Return the plan of a tick: every waiting delivery stands in a sequence or has a reason.

    Cards explain what is decided now: deliveries to be offered, and those without a courier. What
    is held is decided by a later tick.
    """
    rolled = roll(problem, policy, seed)
    cards = Cards(problem, policy, rolled)
    told = assignments(problem, policy, rolled, cards)
    row_of = {id_: row for row, id_ in enumerate(rolled.rows.waiting_ids)}
    decided = [cards.card(row_of[one.delivery]) for one in told if one.state is State.COMMITTED]
    left, left_cards = _left(problem, policy, rolled, cards)
    tally = rolled.memory.tally
    return Plan(
        policy_version=policy.version,
        seed=seed,
        assignments=told,
        unassigned=left,
        work=Work(
            reached=int((rolled.board.tries >= 0).sum()),
            bounded=0,
            priced=int(tally[PRICED]),
            positions=0,
            arcs=0,
            looks=int(tally[STEPS]),
        ),
        cards=tuple(sorted([*decided, *left_cards], key=lambda card: card.delivery)),
    )


def _left(
    problem: Problem, policy: DispatchPolicy, rolled: Rolled, cards: Cards
) -> tuple[tuple[Unassigned, ...], list[Card]]:
    """Return why the others have nobody: for later, or not to be had."""
    planned = set(rolled.rows.waiting.tolist())
    left, told = [], []
    opens = problem.waiting.pickup_open_s.tolist()
    for row, id_ in enumerate(id_list(problem.waiting.id)):
        if row not in planned:
            ahead_s = opens[row] - policy.horizon_s
            left.append(Unassigned(id_, Unserved.NOT_YET, amount=ahead_s))
            told.append(Card(id_, None, (), 0, None, ()))
    absent = [row for row, route in enumerate(rolled.routes.route_of.tolist()) if route < 0]
    if absent:
        reasons = Unplanned(problem, policy, rolled, cards)
        for row in absent:
            told.append(cards.card(row))
            left.append(reasons.why(row))
    return tuple(sorted(left, key=lambda one: one.delivery)), told
