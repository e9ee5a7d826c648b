"""The figures that the literature on meal delivery gives of a day (design page A1)."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from benchmarks.city.mdrp import Instance, feasible, floor_min
from benchmarks.city.order_book import OrderRecord
from benchmarks.city.table import Row, number, percent, quantile


@dataclass(frozen=True, slots=True)
class MealFigures:
    """One replayed day; minutes of business time, means over delivered orders.

    `floor`, `excess`: click-to-door that no policy can undercut, and what is above it.
    """

    instance: str
    speed: float
    orders: int
    delivered: int
    feasible: int
    feasible_delivered: int
    click_to_door: float | None
    click_to_door_p90: float | None
    floor: float | None
    excess: float | None
    ready_to_pickup: float | None
    late_share: float | None
    late_floor: float
    orders_per_courier_hour: float
    cost_per_order: float | None

    @property
    def feasible_share(self) -> float:
        """Return the share of feasible orders that were delivered."""
        return self.feasible_delivered / self.feasible if self.feasible else 1.0

    def as_json(self) -> dict[str, Any]:
        """Return all of it for one line of JSON."""
        return asdict(self) | {"feasible_share": round(self.feasible_share, 5)}


def figures(
    instance: Instance,
    speed: float,
    day_ms: int,
    records: Mapping[str, OrderRecord],
    carriers: Mapping[str, str],
) -> MealFigures:
    """Return the figures of a day that began (minute 0) at `day_ms`.

    `records` are by the instance's order ids; orders that were never placed are missing.
    `carriers`: for each order, which rider (by id) brought it.
    """
    reachable = feasible(instance)
    doors, floors, waits, per_rider = [], [], [], dict.fromkeys((r.id for r in instance.riders), 0)
    delivered = set()
    for meal in instance.meals:
        record = records.get(meal.id)
        if record is None or record.delivered_ms is None:
            continue
        delivered.add(meal.id)
        doors.append((record.delivered_ms - day_ms) / 60_000 - meal.placed_min)
        floors.append(floor_min(instance, meal))
        if record.picked_up_ms is not None:
            waits.append((record.picked_up_ms - day_ms) / 60_000 - meal.ready_min)
        if meal.id in carriers:
            per_rider[carriers[meal.id]] += 1
    hours = sum(rider.hours for rider in instance.riders)
    pay = sum(
        max(instance.pay * per_rider[rider.id], instance.guarantee * rider.hours)
        for rider in instance.riders
    )
    all_floors = [floor_min(instance, meal) for meal in instance.meals]
    return MealFigures(
        instance=instance.name,
        speed=speed,
        orders=len(instance.meals),
        delivered=len(delivered),
        feasible=len(reachable),
        feasible_delivered=len(reachable & delivered),
        click_to_door=_mean(doors),
        click_to_door_p90=quantile(doors, 0.9),
        floor=_mean(floors),
        excess=_mean([door - floor for door, floor in zip(doors, floors, strict=True)]),
        ready_to_pickup=_mean(waits),
        late_share=_share(doors, instance.late_min) if doors else None,
        late_floor=_share(all_floors, instance.late_min),
        orders_per_courier_hour=len(delivered) / hours,
        cost_per_order=pay / len(delivered) if delivered else None,
    )


def meal_rows(found: MealFigures) -> list[Row]:
    """Return the lines of the table of a replayed day."""
    share = percent(found.delivered / found.orders)
    return [
        ("orders delivered", f"{found.delivered} of {found.orders} ({share})"),
        (
            "of orders with a feasible courier",
            f"{found.feasible_delivered} of {found.feasible} ({percent(found.feasible_share)})",
        ),
        (
            "click-to-door, min (mean, p90)",
            f"{number(found.click_to_door, 2)}  {number(found.click_to_door_p90, 1)}",
        ),
        (
            "  its floor and the excess",
            f"{number(found.floor, 2)} + {number(found.excess, 2)}",
        ),
        ("ready-to-pickup, min (mean)", number(found.ready_to_pickup, 2)),
        (
            "late by the day's own limit (its floor)",
            f"{percent(found.late_share)} ({percent(found.late_floor)})",
        ),
        ("orders per courier hour", number(found.orders_per_courier_hour, 2)),
        ("cost per order", number(found.cost_per_order, 2)),
    ]


def _mean(values: list[float]) -> float | None:
    return fmean(values) if values else None


def _share(values: Iterable[float], limit: float) -> float:
    all_values = list(values)
    return sum(value > limit for value in all_values) / len(all_values)
