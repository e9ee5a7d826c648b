"""The couriers on shift, as this realtime program knows them: doing what, where, in which cells.

Whatever changes since the last tick is noted per cell, so that one frame per watched cell tells it.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from geo import cells
from geo.point import Point
from geo.screening import Elsewhere
from geo.smoothing import Tracks
from geo.vehicle import Vehicle
from tracking.plans import CourierPlan, CourierState, Followed, PlannedStop
from tracking.positions import Position
from tracking.wire import MapRecord

RESOLUTIONS = (7, 5)
_UNIT_DEG = {7: 1e-6, 5: 1e-5}
_STALE = 16
_REFS = 1 << 16
_I16 = 32_767


@dataclass(slots=True)
class LiveCourier:
    """A courier on shift.

    `position` is what is shown, smoothed; `believed` the last believed fix as the phone sent it.
    """

    id: UUID
    ref: int
    name: str
    vehicle: Vehicle
    state: CourierState
    orders: tuple[Followed, ...]
    stops: tuple[PlannedStop, ...] = ()
    position: Position | None = None
    believed: Position | None = None
    stale: bool = False
    elsewhere: Elsewhere | None = None
    cells: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class CellChanges:
    """What happened in one cell since the last tick."""

    changed: set[UUID] = field(default_factory=set)
    entered: set[UUID] = field(default_factory=set)
    left: set[int] = field(default_factory=set)


class Fleet:
    """Couriers on shift by id, members of cells, and changes since the last tick.

    `tracks` smooths; a courier's slot there is its `ref`.
    """

    def __init__(self) -> None:
        self.couriers: dict[UUID, LiveCourier] = {}
        self.tracks = Tracks()
        self.members: dict[int, set[UUID]] = defaultdict(set)
        self._changes: dict[int, CellChanges] = defaultdict(CellChanges)
        self._next_ref = 0
        self._refs: set[int] = set()

    def apply(self, plan: CourierPlan) -> LiveCourier:
        """Take up what a courier is doing now; a new one comes on shift."""
        courier = self.couriers.get(plan.courier_id)
        if courier is None:
            ref = self._free_ref()
            courier = LiveCourier(
                plan.courier_id, ref, plan.name, plan.vehicle, plan.state, plan.orders, plan.stops
            )
            self.couriers[plan.courier_id] = courier
            return courier
        if (courier.name, courier.vehicle) != (plan.name, plan.vehicle):
            courier.name, courier.vehicle = plan.name, plan.vehicle
            self._introduce(courier)
        courier.state, courier.orders, courier.stops = plan.state, plan.orders, plan.stops
        self._note_change(courier)
        return courier

    def off_shift(self, courier_id: UUID) -> LiveCourier | None:
        """Forget a courier; maps are told that the courier left."""
        courier = self.couriers.pop(courier_id, None)
        if courier is not None:
            for cell in courier.cells.values():
                self._leave(courier, cell)
            self._refs.discard(courier.ref)
            self.tracks.forget(courier.ref)
        return courier

    def move(self, courier: LiveCourier, position: Position) -> None:
        """Bring a courier to a position."""
        courier.position, courier.stale, courier.elsewhere = position, False, None
        place = Point(position.lat, position.lng)
        for resolution in RESOLUTIONS:
            before = courier.cells.get(resolution)
            if before is not None and cells.is_well_inside(before, *place):
                continue
            cell = cells.cell_of(place, resolution)
            if cell == before:
                continue
            if before is not None:
                self._leave(courier, before)
            courier.cells[resolution] = cell
            self.members[cell].add(courier.id)
            changes = self._changes[cell]
            changes.entered.add(courier.id)
            changes.left.discard(courier.ref)
        self._note_change(courier)

    def note_silence(self, real_now_ms: int, stale_s: float) -> None:
        """Mark couriers whose phone has been silent for too long."""
        for courier in self.couriers.values():
            if courier.position is None or courier.stale:
                continue
            if courier.position.silent_s(real_now_ms) > stale_s:
                courier.stale = True
                self._note_change(courier)

    def take_changes(self) -> dict[int, CellChanges]:
        """Return what changed per cell since the last call, and start anew."""
        changes, self._changes = self._changes, defaultdict(CellChanges)
        return changes

    def records(self, cell: int, ids: Iterable[UUID], real_now_ms: int) -> list[MapRecord]:
        """Return map records of the couriers among `ids` that are in `cell`."""
        middle, unit = cells.centre(cell), _UNIT_DEG[cells.resolution(cell)]
        found = (self.couriers.get(one) for one in ids)
        return [
            _record(courier, courier.position, middle, unit, real_now_ms)
            for courier in found
            if courier is not None and courier.position is not None
        ]

    def introductions(self, ids: Iterable[UUID]) -> list[list[object]]:
        """Return `[ref, courier id, name, vehicle]` of each courier among `ids`."""
        found = (self.couriers.get(one) for one in ids)
        return [[c.ref, str(c.id), c.name, c.vehicle.value] for c in found if c is not None]

    def _note_change(self, courier: LiveCourier) -> None:
        for cell in courier.cells.values():
            self._changes[cell].changed.add(courier.id)

    def _introduce(self, courier: LiveCourier) -> None:
        for cell in courier.cells.values():
            self._changes[cell].entered.add(courier.id)

    def _leave(self, courier: LiveCourier, cell: int) -> None:
        members = self.members[cell]
        members.discard(courier.id)
        if not members:
            del self.members[cell]
        changes = self._changes[cell]
        changes.changed.discard(courier.id)
        changes.entered.discard(courier.id)
        changes.left.add(courier.ref)

    def _free_ref(self) -> int:
        if len(self._refs) >= _REFS:
            message = f"one realtime program shows at most {_REFS} couriers: start another"
            raise OverflowError(message)
        while self._next_ref in self._refs:
            self._next_ref = (self._next_ref + 1) % _REFS
        ref = self._next_ref
        self._refs.add(ref)
        self._next_ref = (ref + 1) % _REFS
        return ref


def _record(
    courier: LiveCourier, position: Position, middle: Point, unit: float, real_now_ms: int
) -> MapRecord:
    heading = position.heading_deg or 0.0
    speed = position.speed_mps or 0.0
    north = speed * math.cos(math.radians(heading))
    east = speed * math.sin(math.radians(heading))
    return MapRecord(
        ref=courier.ref,
        north=_clamp((position.lat - middle.lat) / unit, _I16),
        east=_clamp(math.remainder(position.lng - middle.lng, 360.0) / unit, _I16),
        north_half_mps=_clamp(north * 2, 127),
        east_half_mps=_clamp(east * 2, 127),
        heading=round(heading * 256 / 360) % 256,
        age_tenths=min(255, round(position.silent_s(real_now_ms) * 10)),
        state=courier.state | (_STALE if courier.stale else 0),
        seq_low=position.seq & 0xFF,
    )


def _clamp(value: float, limit: int) -> int:
    return max(-limit, min(limit, round(value)))
