"""Problem: all that one dispatch tick of one zone looks at, as arrays, checked on construction."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Self

from dispatch.columns import CODE, IDS16, Bytes16, Code, Columns, Shape, Whole, whole
from dispatch.errors import ProblemError
from dispatch.legs import COORDINATE_LIMIT_M
from dispatch.model import NO_DUE, Bar, CourierView, DeliveryView, Kind, Load, Stop
from dispatch.problem_rules import (
    RouteRows,
    check_barred,
    check_couriers,
    check_offsets,
    check_routes,
    id_list,
)
from dispatch.reasons import WhyNot

_VERSION = 2
_HEADER = struct.Struct("<B16sq")
_FAR_S = 100_000_000
_METRES = whole(-COORDINATE_LIMIT_M, COORDINATE_LIMIT_M)
_TIME = whole(-_FAR_S, _FAR_S)
_DUE = whole(-_FAR_S, NO_DUE)
_SERVICE = whole(0, 86_400)
_LOAD = whole(0, 1_000_000_000, width=3)


@dataclass(frozen=True, eq=False)
class Couriers(Columns):
    """One row per courier: where, how fast, from when until when, how much."""

    id: Annotated[Bytes16, IDS16]
    x_m: Annotated[Whole, _METRES]
    y_m: Annotated[Whole, _METRES]
    speed_mm_s: Annotated[Whole, whole(1, 1_000_000)]
    ready_s: Annotated[Whole, _TIME]
    shift_start_s: Annotated[Whole, _TIME]
    shift_end_s: Annotated[Whole, _TIME]
    capacity: Annotated[Whole, _LOAD]
    load: Annotated[Whole, _LOAD]
    done: Annotated[Whole, whole(0, 1_000_000)]
    pinned: Annotated[Whole, whole(0, 1_000_000)]
    excluded: Annotated[Code, CODE]
    leg_step_s: Annotated[Whole, whole(0, 3600)]


@dataclass(frozen=True, eq=False)
class Stops(Columns):
    """One row per stop still ahead, courier after courier, in the sequence of the route."""

    delivery: Annotated[Bytes16, IDS16]
    kind: Annotated[Code, Shape("<u1", 0, 0, 1)]
    x_m: Annotated[Whole, _METRES]
    y_m: Annotated[Whole, _METRES]
    open_s: Annotated[Whole, _TIME]
    due_s: Annotated[Whole, _DUE]
    service_s: Annotated[Whole, _SERVICE]
    demand: Annotated[Whole, _LOAD]
    setup_s: Annotated[Whole, _SERVICE]


@dataclass(frozen=True, eq=False)
class Waiting(Columns):
    """One row per delivery without a courier; `pickup_open_s` is when it is ready."""

    id: Annotated[Bytes16, IDS16]
    age_s: Annotated[Whole, whole(0, _FAR_S)]
    demand: Annotated[Whole, _LOAD]
    pickup_x_m: Annotated[Whole, _METRES]
    pickup_y_m: Annotated[Whole, _METRES]
    pickup_open_s: Annotated[Whole, _TIME]
    pickup_due_s: Annotated[Whole, _DUE]
    pickup_service_s: Annotated[Whole, _SERVICE]
    pickup_setup_s: Annotated[Whole, _SERVICE]
    dropoff_x_m: Annotated[Whole, _METRES]
    dropoff_y_m: Annotated[Whole, _METRES]
    dropoff_open_s: Annotated[Whole, _TIME]
    dropoff_due_s: Annotated[Whole, _DUE]
    dropoff_service_s: Annotated[Whole, _SERVICE]
    dropoff_setup_s: Annotated[Whole, _SERVICE]


@dataclass(frozen=True, eq=False)
class Barred(Columns):
    """One row per courier who may not have a delivery, delivery after delivery."""

    courier: Annotated[Bytes16, IDS16]
    reason: Annotated[Code, CODE]


@dataclass(frozen=True, eq=False)
class Kept(Columns):
    """The plan to go on from: one row per stop, courier after courier, in the planned sequence.

    Whatever it names may be gone meanwhile; what is accepted and what waits both stand in it.
    """

    courier: Annotated[Bytes16, IDS16]
    delivery: Annotated[Bytes16, IDS16]
    kind: Annotated[Code, Shape("<u1", 0, 0, 1)]


@dataclass(frozen=True, eq=False)
class Offsets(Columns):
    """Where the rows of each owner begin, one more than there are owners (CSR)."""

    at: Annotated[Whole, whole(0, 2**31 - 1)]


@dataclass(frozen=True, eq=False)
class Problem:
    """A zone at one instant. Times are whole seconds relative to `now_ms`; negative is past.

    Rules never look at `zone` and `now_ms` (the business clock, milliseconds since 1970): they
    are for whoever reads a recorded tick. The stops of courier i are rows `stop_offsets.at[i]` to
    `stop_offsets.at[i + 1]` of `stops`; `barred_offsets` likewise for waiting deliveries.
    Raises ProblemError naming the row and what is wrong with it.
    """

    zone: bytes
    now_ms: int
    couriers: Couriers
    stop_offsets: Offsets
    stops: Stops
    waiting: Waiting
    barred_offsets: Offsets
    barred: Barred
    kept: Kept

    def __post_init__(self) -> None:
        """Check what ties the groups together."""
        if len(self.zone) != 16:
            raise ProblemError(f"zone must be 16 bytes, not {len(self.zone)}")
        if not -(2**63) <= self.now_ms < 2**63:
            raise ProblemError("now_ms must fit in 64 bits")
        check_offsets("stop_offsets", self.stop_offsets.at, len(self.couriers), len(self.stops))
        check_offsets("barred_offsets", self.barred_offsets.at, len(self.waiting), len(self.barred))
        of = self.couriers
        check_couriers(of.id, of.excluded, of.pinned, self.stop_offsets.at)
        check_barred(self.barred.reason)
        check_routes(self._routes(), id_list(self.waiting.id))

    def courier(self, row: int) -> CourierView:
        """Return one courier with the stops ahead."""
        of = self.couriers
        first, behind = self.stop_offsets.at[row : row + 2].tolist()
        return CourierView(
            id=of.id[row].tobytes(),
            x_m=int(of.x_m[row]),
            y_m=int(of.y_m[row]),
            speed_mm_s=int(of.speed_mm_s[row]),
            ready_s=int(of.ready_s[row]),
            shift_start_s=int(of.shift_start_s[row]),
            shift_end_s=int(of.shift_end_s[row]),
            capacity=Load(*of.capacity[row].tolist()),
            load=Load(*of.load[row].tolist()),
            done=int(of.done[row]),
            pinned=int(of.pinned[row]),
            excluded=WhyNot(of.excluded[row]),
            leg_step_s=int(of.leg_step_s[row]),
            stops=tuple(self._stop(at) for at in range(first, behind)),
        )

    def delivery(self, row: int) -> DeliveryView:
        """Return one waiting delivery with its bars."""
        of = self.waiting
        first, behind = self.barred_offsets.at[row : row + 2].tolist()
        pickup = Stop(
            delivery=of.id[row].tobytes(),
            kind=Kind.PICKUP,
            x_m=int(of.pickup_x_m[row]),
            y_m=int(of.pickup_y_m[row]),
            open_s=int(of.pickup_open_s[row]),
            due_s=int(of.pickup_due_s[row]),
            service_s=int(of.pickup_service_s[row]),
            demand=Load(*of.demand[row].tolist()),
            setup_s=int(of.pickup_setup_s[row]),
        )
        dropoff = replace(
            pickup,
            kind=Kind.DROPOFF,
            x_m=int(of.dropoff_x_m[row]),
            y_m=int(of.dropoff_y_m[row]),
            open_s=int(of.dropoff_open_s[row]),
            due_s=int(of.dropoff_due_s[row]),
            service_s=int(of.dropoff_service_s[row]),
            setup_s=int(of.dropoff_setup_s[row]),
        )
        bars = tuple(
            Bar(self.barred.courier[at].tobytes(), WhyNot(self.barred.reason[at]))
            for at in range(first, behind)
        )
        return DeliveryView(pickup, dropoff, int(of.age_s[row]), bars)

    def _routes(self) -> Iterator[RouteRows]:
        at = self.stop_offsets.at.tolist()
        loads = self.couriers.load.tolist()
        deliveries, kinds = id_list(self.stops.delivery), self.stops.kind.tolist()
        demands = self.stops.demand.tolist()
        for row, id_ in enumerate(id_list(self.couriers.id)):
            run = slice(at[row], at[row + 1])
            yield RouteRows(id_, loads[row], deliveries[run], kinds[run], demands[run])

    def _stop(self, row: int) -> Stop:
        of = self.stops
        return Stop(
            delivery=of.delivery[row].tobytes(),
            kind=Kind(of.kind[row]),
            x_m=int(of.x_m[row]),
            y_m=int(of.y_m[row]),
            open_s=int(of.open_s[row]),
            due_s=int(of.due_s[row]),
            service_s=int(of.service_s[row]),
            demand=Load(*of.demand[row].tolist()),
            setup_s=int(of.setup_s[row]),
        )

    def to_bytes(self) -> bytes:
        """Return the canonical form: a version byte, then little-endian columns; no pickle."""
        groups = (
            self.couriers,
            self.stop_offsets,
            self.stops,
            self.waiting,
            self.barred_offsets,
            self.barred,
            self.kept,
        )
        head = _HEADER.pack(_VERSION, self.zone, self.now_ms)
        return head + b"".join(group.to_bytes() for group in groups)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the canonical form back and check it again.

        Raises ProblemError when the bytes are of another version, too short or too long.
        """
        if len(data) < _HEADER.size or data[0] != _VERSION:
            raise ProblemError(
                f"these bytes are no problem of version {_VERSION}: read them with the program "
                "that wrote them"
            )
        _, zone, now_ms = _HEADER.unpack_from(data)
        couriers, at = Couriers.take(data, _HEADER.size)
        stop_offsets, at = Offsets.take(data, at)
        stops, at = Stops.take(data, at)
        waiting, at = Waiting.take(data, at)
        barred_offsets, at = Offsets.take(data, at)
        barred, at = Barred.take(data, at)
        kept, at = Kept.take(data, at)
        if at != len(data):
            raise ProblemError(f"{len(data) - at} bytes too many behind the problem")
        return cls(
            zone, now_ms, couriers, stop_offsets, stops, waiting, barred_offsets, barred, kept
        )
