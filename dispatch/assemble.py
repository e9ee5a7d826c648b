"""From couriers and deliveries as values to the arrays of a problem."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import attrgetter

import numpy as np

from dispatch.columns import Bytes16
from dispatch.errors import ProblemError
from dispatch.model import CourierView, DeliveryView, Stop
from dispatch.problem import Barred, Couriers, Kept, Offsets, Problem, Stops, Waiting


def assemble(
    zone: bytes,
    now_ms: int,
    couriers: Sequence[CourierView],
    deliveries: Sequence[DeliveryView],
    kept: Kept | None = None,
) -> Problem:
    """Return the problem of these couriers and waiting deliveries, going on from a kept plan.

    Raises ProblemError when they contradict each other, or leave the allowed ranges.
    """
    for delivery in deliveries:
        _check_ends(delivery)
    stops = [stop for courier in couriers for stop in courier.stops]
    bars = [bar for delivery in deliveries for bar in delivery.barred]
    return Problem(
        zone=zone,
        now_ms=now_ms,
        couriers=_couriers(couriers),
        stop_offsets=_offsets(len(courier.stops) for courier in couriers),
        stops=_stops(stops),
        waiting=_waiting(deliveries),
        barred_offsets=_offsets(len(delivery.barred) for delivery in deliveries),
        barred=Barred(
            courier=_ids([bar.courier for bar in bars]), reason=_column([b.reason for b in bars])
        ),
        kept=no_plan() if kept is None else kept,
    )


def no_plan() -> Kept:
    """Return the plan that names nobody."""
    return Kept(_ids(()), _ids(()), _column(()))


def _couriers(couriers: Sequence[CourierView]) -> Couriers:
    names = ("x_m", "y_m", "speed_mm_s", "ready_s", "shift_start_s", "shift_end_s")
    more = ("capacity", "load", "done", "pinned", "excluded", "leg_step_s")
    return Couriers(
        _ids([courier.id for courier in couriers]), *_columns(couriers, (*names, *more))
    )


def _stops(stops: Sequence[Stop]) -> Stops:
    names = ("kind", "x_m", "y_m", "open_s", "due_s", "service_s", "demand", "setup_s")
    return Stops(_ids([stop.delivery for stop in stops]), *_columns(stops, names))


def _waiting(deliveries: Sequence[DeliveryView]) -> Waiting:
    at_stop = ("x_m", "y_m", "open_s", "due_s", "service_s", "setup_s")
    names = (
        "age_s",
        "pickup.demand",
        *(f"pickup.{name}" for name in at_stop),
        *(f"dropoff.{name}" for name in at_stop),
    )
    return Waiting(_ids([delivery.id for delivery in deliveries]), *_columns(deliveries, names))


def _columns(rows: Sequence[object], names: Iterable[str]) -> list[np.ndarray]:
    return [_column([attrgetter(name)(row) for row in rows]) for name in names]


def _column(values: Sequence[object]) -> np.ndarray:
    # An empty list would become float64.
    return np.asarray(values) if values else np.empty(0, np.int64)


def _offsets(counts: Iterable[int]) -> Offsets:
    return Offsets(_column(list(accumulate(counts, initial=0))))


def _ids(ids: Sequence[bytes]) -> Bytes16:
    for id_ in ids:
        if len(id_) != 16:
            raise ProblemError(f"an id must be 16 bytes, not {len(id_)}: {id_!r}")
    return np.frombuffer(b"".join(ids), np.uint8).reshape(-1, 16)


def _check_ends(delivery: DeliveryView) -> None:
    pickup, dropoff = delivery.pickup, delivery.dropoff
    if (pickup.delivery, pickup.demand) != (dropoff.delivery, dropoff.demand):
        raise ProblemError(
            f"delivery {pickup.delivery.hex()}: pickup and dropoff must name the same delivery "
            "and demand"
        )
