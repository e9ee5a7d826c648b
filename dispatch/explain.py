"""Why this courier, or why nobody: cards from priced pairs, as values, as JSON, as a sentence."""

from heapq import nsmallest
from uuid import UUID

import numpy as np

from dispatch.card import Candidate, Card, Obstacle
from dispatch.cost import Terms, price
from dispatch.legs import up_to_s
from dispatch.open_route import OpenRoute
from dispatch.plan import Unassigned
from dispatch.policy import DispatchPolicy
from dispatch.pricing import Pricing
from dispatch.reasons import WHY_NOT_TEXT, Unserved, WhyNot

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def card_of(
    delivery: bytes,
    row: int,
    chosen: int | None,
    pricing: Pricing,
    routes: tuple[OpenRoute, ...],
    taken_by: dict[int, bytes],
    policy: DispatchPolicy,
) -> Card:
    """Return the decision card of the delivery in one row; `taken_by` maps couriers' rows."""
    found = pricing.found[row]
    cheapest = nsmallest(
        policy.card_candidates, found, key=lambda courier: (found[courier].total_ms, courier)
    )
    if chosen is not None and chosen not in cheapest:
        cheapest.append(chosen)
    margin_ms = None
    others = [inserted.total_ms for courier, inserted in found.items() if courier != chosen]
    if chosen is not None and others:
        margin_ms = min(others) - found[chosen].total_ms
    return Card(
        delivery=delivery,
        chosen=None if chosen is None else routes[chosen].id,
        candidates=tuple(
            Candidate(
                courier=routes[courier].id,
                terms=price(found[courier].added, routes[courier].share, policy),
                pickup_s=up_to_s(found[courier].pickup_begin_ms),
                eta_s=up_to_s(found[courier].dropoff_begin_ms),
                taken_by=taken_by.get(courier),
            )
            for courier in cheapest
        ),
        priced=len(found),
        margin_ms=margin_ms,
        obstacles=_obstacles(pricing.why_not[row], routes, policy.card_examples),
    )


def _obstacles(
    why_not: np.ndarray, routes: tuple[OpenRoute, ...], examples: int
) -> tuple[Obstacle, ...]:
    return tuple(
        Obstacle(
            reason=WhyNot(code),
            couriers=len(rows),
            examples=tuple(routes[row].id for row in rows[:examples].tolist()),
        )
        for code in np.unique(why_not).tolist()
        if code != WhyNot.NOTHING
        for rows in [np.flatnonzero(why_not == code)]
    )


def card_json(card: Card, policy_version: str) -> dict[str, Json]:
    """Return a card as JSON values: ids as UUID text, times in seconds, costs in milliseconds."""
    return {
        "deliveryId": _text(card.delivery),
        "courierId": None if card.chosen is None else _text(card.chosen),
        "policyVersion": policy_version,
        "candidatesPriced": card.priced,
        "marginMs": card.margin_ms,
        "candidates": [
            {
                "courierId": _text(one.courier),
                "pickupInS": one.pickup_s,
                "etaInS": one.eta_s,
                "takesDeliveryId": None if one.taken_by is None else _text(one.taken_by),
                "totalMs": one.terms.total_ms,
                "terms": _terms_json(one.terms),
            }
            for one in card.candidates
        ],
        "excluded": [
            {
                "reason": obstacle.reason.name.lower(),
                "text": WHY_NOT_TEXT[obstacle.reason],
                "couriers": obstacle.couriers,
                "examples": [_text(id_) for id_ in obstacle.examples],
            }
            for obstacle in card.obstacles
        ],
    }


def unassigned_text(left: Unassigned, policy: DispatchPolicy) -> str:
    """Return one sentence for a dispatcher: why nobody, and the smallest change that helps."""
    many = _couriers(left.couriers)
    room = ", ".join(
        f"{amount} {unit}"
        for amount, unit in zip(left.room, ("items", "g", "cm³"), strict=True)
        if amount
    )
    texts = {
        Unserved.NOT_YET: f"Ready too far ahead: planned in {_span(left.amount)}.",
        Unserved.NO_COURIERS: "No courier is in this zone now.",
        Unserved.TAKEN: f"{many} could take it, but each takes another delivery first.",
        Unserved.TOO_LATE: (
            f"{many} in reach, all busy for longer than the {_span(policy.lookahead_s)} that "
            + (
                f"are planned ahead: the soonest could pick up after {_span(left.amount)}."
                if left.amount
                else "are planned ahead."
            )
        ),
        Unserved.SHIFT_ENDS: (
            f"{many} in reach, but their shifts end first"
            + (f": {_span(left.amount)} more would do." if left.amount else ".")
        ),
        Unserved.NO_CAPACITY: f"{many} in reach, none with room: the best one lacks {room}.",
        Unserved.ROUTE_FULL: (
            f"{many} in reach, all with the {policy.max_deliveries} deliveries allowed at once."
        ),
        Unserved.BARRED: f"{many} in reach, all barred from this delivery.",
        Unserved.TOO_FAR: (
            f"No courier within {policy.radius_m / 1000:.1f} km of the pickup: the nearest is "
            f"{left.amount / 1000:.1f} km away."
        ),
        Unserved.EXCLUDED: f"{many} in this zone, none available.",
    }
    return texts[left.reason]


def _terms_json(terms: Terms) -> dict[str, Json]:
    return {
        "travelMs": terms.travel_ms,
        "waitingMs": terms.waiting_ms,
        "pickupDelayMs": terms.pickup_delay_ms,
        "rideMs": terms.ride_ms,
        "detourMs": terms.detour_ms,
        "latenessMs": terms.lateness_ms,
        "fairnessMs": terms.fairness_ms,
        "payMs": terms.pay_ms,
        "changeMs": terms.change_ms,
    }


def _text(id_: bytes) -> str:
    return str(UUID(bytes=id_))


def _couriers(count: int) -> str:
    return "1 courier" if count == 1 else f"{count} couriers"


def _span(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    minutes = -(-seconds // 60)
    if minutes < 2 * 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{-(-minutes // (24 * 60))} days"
