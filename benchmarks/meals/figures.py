"""What a played day comes to, in the words of the literature, and means over many days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from benchmarks.meals.game import Game, floors, unreachable

_LOST_MIN = 90.0
"""What an order that nobody brought counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """One day by one policy; minutes, means over all orders."""

    instance: str
    policy: str
    orders: int
    excess_min: float
    click_to_door: float
    floor: float
    cost_per_order: float
    cost_floor: float
    cost_over_floor: float
    delivered: float
    lost: int
    unreachable: int
    unreachable_ids: tuple[str, ...]
    late_share: float
    late_floor: float
    ready_to_pickup: float
    orders_per_bundle: float
    refused: int
    tick_ms_p50: float
    tick_ms_p99: float
    seconds: float


SUMMED = (
    "excess_min",
    "click_to_door",
    "floor",
    "cost_per_order",
    "cost_floor",
    "cost_over_floor",
    "delivered",
    "unreachable",
    "late_share",
    "late_floor",
    "ready_to_pickup",
    "orders_per_bundle",
    "tick_ms_p50",
    "tick_ms_p99",
)


def figures(game: Game, policy: str, tick_ms: Sequence[float], seconds: float) -> Row:
    """Return the figures of a day that was played to its end."""
    day, least = game.day, floors(game)
    many = len(day.meals)
    door = np.full(many, np.nan)
    pickup = np.full(many, np.nan)
    carried = np.zeros(len(day.riders), np.int64)
    for trip in game.trips:
        door[list(trip.meals)] = trip.drops
        pickup[list(trip.meals)] = trip.pickup_min
        carried[trip.courier] += len(trip.meals)
    brought = np.isfinite(door)
    click = np.where(brought, door - game.placed, least + _LOST_MIN)
    hours = (game.off - game.on) / 60
    pay = np.maximum(day.pay * carried, day.guarantee * hours).sum()
    cost_floor = max(day.pay, day.guarantee * float(hours.sum()) / many)
    out_of_reach = unreachable(game)
    ticks = np.array(tick_ms or [0.0])
    return Row(
        instance=day.name,
        policy=policy,
        orders=many,
        excess_min=float((click - least).mean()),
        click_to_door=float(click.mean()),
        floor=float(least.mean()),
        cost_per_order=float(pay) / many,
        cost_floor=cost_floor,
        cost_over_floor=float(pay) / many / cost_floor - 1,
        delivered=float(brought.mean()),
        lost=int((~brought).sum()),
        unreachable=len(out_of_reach),
        unreachable_ids=out_of_reach,
        late_share=float((click > day.late_min).mean()),
        late_floor=float((least > day.late_min).mean()),
        ready_to_pickup=float((pickup - game.ready)[brought].mean()) if brought.any() else 0.0,
        orders_per_bundle=float(brought.sum()) / max(1, len(game.trips)),
        refused=sum(len(couriers) for couriers in game.refused),
        tick_ms_p50=float(np.percentile(ticks, 50)),
        tick_ms_p99=float(np.percentile(ticks, 99)),
        seconds=seconds,
    )


def summary(rows: Iterable[Row]) -> dict[str, float]:
    """Return unweighted means over days of one policy, and how many orders were lost in all."""
    mine = list(rows)
    means: dict[str, float] = {
        name: round(fmean(getattr(row, name) for row in mine), 5) for name in SUMMED
    }
    return means | {
        "instances": len(mine),
        "orders": sum(row.orders for row in mine),
        "lost": sum(row.lost for row in mine),
    }


def better(rows: Sequence[Row], ours: str, theirs: str) -> dict[str, float]:
    """Return in which share of the days one policy beats another: in time, in cost, in both."""
    by_day = {(row.instance, row.policy): row for row in rows}
    pairs = [
        (by_day[day, ours], by_day[day, theirs])
        for day, policy in by_day
        if policy == ours and (day, theirs) in by_day
    ]
    if not pairs:
        return {}
    sooner = [a.excess_min < b.excess_min for a, b in pairs]
    cheaper = [a.cost_over_floor <= b.cost_over_floor for a, b in pairs]
    both = [s and c for s, c in zip(sooner, cheaper, strict=True)]
    return {
        "excess": round(fmean(sooner), 4),
        "cost": round(fmean(cheaper), 4),
        "both": round(fmean(both), 4),
    }
