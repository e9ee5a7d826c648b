"""What ties the groups of a problem together: offsets, ids and routes that make sense."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np

from dispatch.columns import Bytes16, Code, Whole
from dispatch.errors import ProblemError
from dispatch.model import Kind
from dispatch.reasons import BARRING, EXCLUDING, WhyNot


class RouteRows(NamedTuple):
    """The stops of one courier as the rows of the arrays: what the rules look at."""

    courier: bytes
    load: list[int]
    deliveries: list[bytes]
    kinds: list[int]
    demands: list[list[int]]


def id_list(ids: Bytes16) -> list[bytes]:
    """Return the rows of an id column as bytes."""
    flat = ids.tobytes()
    return [flat[at : at + 16] for at in range(0, len(flat), 16)]


def check_offsets(name: str, at: Whole, owners: int, rows: int) -> None:
    """Raise ProblemError unless the offsets cut `rows` rows into `owners` runs."""
    if len(at) != owners + 1 or at[0] != 0 or at[-1] != rows or np.any(np.diff(at) < 0):
        raise ProblemError(
            f"{name} must rise from 0 to {rows} in {owners + 1} steps, one per owner and the end"
        )


def check_couriers(ids: Bytes16, excluded: Code, pinned: Whole, offsets: Whole) -> None:
    """Raise ProblemError for a courier listed twice, an unknown reason, too long a prefix."""
    _check_unique("courier", id_list(ids))
    _check_codes("Couriers.excluded", excluded, EXCLUDING | {WhyNot.NOTHING})
    too_long = np.flatnonzero(pinned > np.diff(offsets))
    if len(too_long):
        raise ProblemError(f"courier {too_long[0]}: more stops are pinned than there are")


def check_barred(reason: Code) -> None:
    """Raise ProblemError for a reason that does not bar one courier from one delivery."""
    _check_codes("Barred.reason", reason, BARRING)


def check_routes(routes: Iterator[RouteRows], waiting: list[bytes]) -> None:
    """Raise ProblemError unless each delivery is whole, on one route only, and not half planned.

    On a route stands either a pickup and later its dropoff with the same demand, or a dropoff
    alone: then the delivery is aboard and part of the load.
    """
    _check_unique("waiting delivery", waiting)
    seen = set(waiting)
    for route in routes:
        demand_of = _check_route(route)
        twice = seen & demand_of.keys()
        if twice:
            raise ProblemError(
                f"delivery {min(twice).hex()} is on the route of courier {route.courier.hex()} "
                "and also elsewhere: a delivery waits, or is on one route"
            )
        seen |= demand_of.keys()


def _check_route(route: RouteRows) -> dict[bytes, list[int]]:
    demand_of: dict[bytes, list[int]] = {}
    finished: set[bytes] = set()
    aboard = [0, 0, 0]
    for delivery, kind, demand in zip(route.deliveries, route.kinds, route.demands, strict=True):
        known = demand_of.get(delivery)
        if kind == Kind.PICKUP:
            wrong = known is not None
        else:
            wrong = delivery in finished or (known is not None and known != demand)
            finished.add(delivery)
            if known is None:
                aboard = [a + b for a, b in zip(aboard, demand, strict=True)]
        if wrong:
            raise ProblemError(
                f"courier {route.courier.hex()}: the stops of delivery {delivery.hex()} must be "
                "one pickup before one dropoff with the same demand, or one dropoff"
            )
        demand_of[delivery] = demand
    if demand_of.keys() != finished:
        half = min(demand_of.keys() - finished)
        raise ProblemError(
            f"courier {route.courier.hex()}: delivery {half.hex()} has a pickup and no dropoff"
        )
    if any(a > b for a, b in zip(aboard, route.load, strict=True)):
        raise ProblemError(
            f"courier {route.courier.hex()}: the load {route.load} is less than what is aboard "
            f"by the stops, {aboard}"
        )
    return demand_of


def _check_unique(what: str, ids: list[bytes]) -> None:
    if len(set(ids)) < len(ids):
        twice = next(id_ for at, id_ in enumerate(ids) if id_ in ids[:at])
        raise ProblemError(f"{what} {twice.hex()} is listed twice")


def _check_codes(name: str, codes: Code, allowed: Collection[WhyNot]) -> None:
    unknown = set(np.unique(codes).tolist()) - set(allowed)
    if unknown:
        raise ProblemError(f"{name}: {min(unknown)} is none of the codes {sorted(allowed)}")
