"""Waiting deliveries laid open for insertion: both ends as plain integers, in milliseconds."""

from typing import NamedTuple

from dispatch.problem import Problem
from dispatch.problem_rules import id_list
from dispatch.reasons import WhyNot


class OpenDelivery(NamedTuple):
    """A delivery without a courier; due times of the past are now.

    `from_ms` is when its pickup can begin at the earliest, now or later. `barred` tells for a
    courier's id why they may not have it.
    """

    row: int
    id: bytes
    age_s: int
    demand: tuple[int, int, int]
    pickup_x_m: int
    pickup_y_m: int
    pickup_open_ms: int
    pickup_due_ms: int
    pickup_service_ms: int
    dropoff_x_m: int
    dropoff_y_m: int
    dropoff_open_ms: int
    dropoff_due_ms: int
    dropoff_service_ms: int
    from_ms: int
    due_past: bool
    barred: dict[bytes, WhyNot]


def open_deliveries(problem: Problem) -> tuple[OpenDelivery, ...]:
    """Return every waiting delivery, sorted by id: no result depends on the input order."""
    of, at = problem.waiting, problem.barred_offsets.at.tolist()
    bars = list(zip(id_list(problem.barred.courier), problem.barred.reason.tolist(), strict=True))
    rows = zip(
        id_list(of.id),
        of.age_s.tolist(),
        of.demand.tolist(),
        of.pickup_x_m.tolist(),
        of.pickup_y_m.tolist(),
        of.pickup_open_s.tolist(),
        of.pickup_due_s.tolist(),
        of.pickup_service_s.tolist(),
        of.dropoff_x_m.tolist(),
        of.dropoff_y_m.tolist(),
        of.dropoff_open_s.tolist(),
        of.dropoff_due_s.tolist(),
        of.dropoff_service_s.tolist(),
        strict=True,
    )
    opened = [
        OpenDelivery(
            row=row,
            id=id_,
            age_s=age_s,
            demand=(demand[0], demand[1], demand[2]),
            pickup_x_m=pickup_x,
            pickup_y_m=pickup_y,
            pickup_open_ms=pickup_open * 1000,
            pickup_due_ms=max(0, pickup_due * 1000),
            pickup_service_ms=pickup_service * 1000,
            dropoff_x_m=dropoff_x,
            dropoff_y_m=dropoff_y,
            dropoff_open_ms=dropoff_open * 1000,
            dropoff_due_ms=max(0, dropoff_due * 1000),
            dropoff_service_ms=dropoff_service * 1000,
            from_ms=max(0, pickup_open * 1000),
            due_past=min(pickup_due, dropoff_due) < 0,
            barred={courier: WhyNot(why) for courier, why in bars[at[row] : at[row + 1]]},
        )
        for row, (
            id_,
            age_s,
            demand,
            pickup_x,
            pickup_y,
            pickup_open,
            pickup_due,
            pickup_service,
            dropoff_x,
            dropoff_y,
            dropoff_open,
            dropoff_due,
            dropoff_service,
        ) in enumerate(rows)
    ]
    return tuple(sorted(opened, key=lambda delivery: delivery.id))
