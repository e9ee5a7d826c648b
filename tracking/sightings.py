"""Sightings: where couriers were believed to be, as arrays, each one's by time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.fences import Floats, Integers
from tracking import trail
from tracking.fleet import Fleet, LiveCourier
from tracking.positions import Position
from tracking.trail import Batch


@dataclass(frozen=True, slots=True)
class Sightings:
    """Fixes (times and degrees, one length), sorted by `owner`, a place in `couriers`.

    Each of the couriers has one at least; `who` are their numbers in the fleet.
    """

    couriers: Sequence[LiveCourier]
    who: Integers
    owner: Integers
    t_ms: Integers
    lat: Floats
    lng: Floats


def of_batch(batch: Batch, fleet: Fleet) -> Sightings | None:
    """Return the believed fixes of a judged batch, of couriers on shift; None where none are."""
    found = (fleet.couriers.get(one) for one in batch.marks)
    couriers = [courier for courier in found if courier is not None]
    rows = np.frombuffer(batch.blob, trail.ROW)
    places = {courier.id.bytes: place for place, courier in enumerate(couriers)}
    owner = np.array([places.get(one, -1) for one in rows["courier"].tolist()], dtype=np.int64)
    own = np.flatnonzero((owner >= 0) & (rows["refusal"] == 0))
    return _sorted(couriers, owner[own], rows["t_ms"][own], rows["lat"][own], rows["lng"][own])


def of_positions(positions: Sequence[Position], fleet: Fleet) -> Sightings | None:
    """Return the positions of couriers on shift; None where none are."""
    found = [(fleet.couriers.get(one.courier_id), one) for one in positions]
    own = [(courier, one) for courier, one in found if courier is not None]
    couriers = list({courier.ref: courier for courier, _ in own}.values())
    places = {courier.ref: place for place, courier in enumerate(couriers)}
    return _sorted(
        couriers,
        np.array([places[courier.ref] for courier, _ in own], dtype=np.int64),
        np.array([one.t_ms for _, one in own], dtype=np.int64),
        np.array([one.lat for _, one in own], dtype=np.float64),
        np.array([one.lng for _, one in own], dtype=np.float64),
    )


def only(seen: Sightings, concerns: Callable[[LiveCourier], bool]) -> Sightings | None:
    """Return what was seen of the couriers whom it concerns; None where that is nobody."""
    whom = np.array([concerns(courier) for courier in seen.couriers])
    own = np.flatnonzero(whom[seen.owner])
    return _sorted(seen.couriers, seen.owner[own], seen.t_ms[own], seen.lat[own], seen.lng[own])


def _sorted(
    couriers: Sequence[LiveCourier],
    owner: Integers,
    t_ms: NDArray[np.int64],
    lat: Floats,
    lng: Floats,
) -> Sightings | None:
    if not len(owner):
        return None
    heard, owner = np.unique(owner, return_inverse=True)
    own = [couriers[place] for place in heard.tolist()]
    order = np.lexsort((t_ms, owner))
    who = np.array([courier.ref for courier in own], dtype=np.int64)
    return Sightings(own, who, owner[order], t_ms[order], lat[order], lng[order])
