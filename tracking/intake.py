"""Fixes admitted and not judged yet: put aside as bytes, judged all at once with the tick.

The ordinary ones are judged in one pass of numpy; a courier with a doubtful one goes fix by fix, as
`phones.judge` does, which is also the measure of what is right here.
"""

import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from geo.fix import Fix, limits_for
from geo.kalman import Reading
from geo.screening_many import REASONS, Fixes, screen_many
from geo.screening_many import Judged as Screened
from geo.smoothing import unrest_of
from geo.vehicle import Vehicle
from tracking import trail, wire
from tracking.fleet import Fleet, LiveCourier
from tracking.phones import ACCEPTED, judge
from tracking.positions import Position
from tracking.shown import show
from tracking.trail import Batch, Mark, TrailRecord

_NAN = float("nan")
_PLAIN = struct.Struct("<IqdddddB")
_ROW = np.dtype([
    ("seq", "<u4"),
    ("t_ms", "<i8"),
    ("lat", "<f8"),
    ("lng", "<f8"),
    ("speed_mps", "<f8"),
    ("heading_deg", "<f8"),
    ("accuracy_m", "<f8"),
    ("flags", "u1"),
])
_READ = ("t_ms", "lat", "lng", "speed_mps", "heading_deg", "accuracy_m")
_LIMITS = limits_for(Vehicle.CAR)
"""All but the speed are the same for every vehicle."""

Rows = NDArray[np.void]


class _Event(NamedTuple):
    """What one event brought: so many fixes as bytes, packed ones or `_PLAIN` ones."""

    courier: LiveCourier
    epoch: int
    now_ms: int
    real_now_ms: int
    blob: bytes
    fixes: int
    is_packed: bool

    def judge(self, fleet: Fleet) -> list[TrailRecord]:
        """Judge fix by fix."""
        epoch, now_ms, real_now_ms = self.epoch, self.now_ms, self.real_now_ms
        fixes = wire.unpack_fixes(epoch, self.blob) if self.is_packed else _plain(self.blob)
        if fleet.couriers.get(self.courier.id) is not self.courier:
            fleet = Fleet()  # gone off shift since: judged, but on no map
        return [
            TrailRecord(
                self.courier.id,
                epoch,
                real_now_ms,
                fix,
                judge(self.courier, fleet, fix, epoch, now_ms, real_now_ms),
            )
            for fix in fixes
        ]


def _plain(blob: bytes) -> list[Fix]:
    return [_fix(row) for row in np.frombuffer(blob, _ROW)]


@dataclass(slots=True)
class Judged:
    """A tick's fixes: what goes to the trail, who was moved, what became of how many."""

    batch: Batch = field(default_factory=Batch)
    moved: list[LiveCourier] = field(default_factory=list)
    results: Counter[str] = field(default_factory=Counter)


class Intake:
    """Fixes of this tick, in the sequence in which they came."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._events: list[_Event] = []
        self._couriers: set[UUID] = set()
        self._count = 0

    def __len__(self) -> int:
        """Return how many fixes wait."""
        return self._count

    def __contains__(self, courier_id: UUID) -> bool:
        """Tell whether fixes of a courier wait."""
        return courier_id in self._couriers

    def add_packed(
        self, courier: LiveCourier, epoch: int, blob: bytes, now_ms: int, real_now_ms: int
    ) -> None:
        """Put the records of an `f` event aside."""
        count = len(blob) // wire.PACKED_ROW.itemsize
        self._add(_Event(courier, epoch, now_ms, real_now_ms, blob, count, is_packed=True))

    def add_plain(
        self,
        courier: LiveCourier,
        epoch: int,
        fixes: Sequence[Fix],
        now_ms: int,
        real_now_ms: int,
    ) -> None:
        """Put the fixes of a `p` event aside."""
        blob = b"".join(_PLAIN.pack(*_numbers(fix)) for fix in fixes)
        self._add(_Event(courier, epoch, now_ms, real_now_ms, blob, len(fixes), is_packed=False))

    def _add(self, event: _Event) -> None:
        self._events.append(event)
        self._couriers.add(event.courier.id)
        self._count += event.fixes

    def void(self, courier_id: UUID) -> None:
        """Give up what waits of a courier: the phone sends it again."""
        if courier_id in self._couriers:
            events = [event for event in self._events if event.courier.id != courier_id]
            self._events, self._couriers, self._count = [], set(), 0
            for event in events:
                self._add(event)

    def judge_of(self, courier: LiveCourier, fleet: Fleet) -> Judged:
        """Judge what waits of one courier fix by fix, and hold it no longer."""
        own = [event for event in self._events if event.courier.id == courier.id]
        self.void(courier.id)
        records = [record for event in own for record in event.judge(fleet)]
        results = Counter(record.refusal or ACCEPTED for record in records)
        return Judged(Batch.of(records), [courier] if results[ACCEPTED] else [], results)

    def judge(self, fleet: Fleet) -> Judged:
        """Judge all that waits, move the couriers, and hold nothing; hold it all after an error."""
        if not self._events:
            return Judged()
        judged = _Tick(self._events).judge(fleet)
        self._events, self._couriers, self._count = [], set(), 0
        return judged

    def couriers(self) -> list[LiveCourier]:
        """Return whose fixes wait."""
        return list({event.courier.id: event.courier for event in self._events}.values())


def _numbers(fix: Fix) -> tuple[float, ...]:
    speed, heading, accuracy = fix.speed_mps, fix.heading_deg, fix.accuracy_m
    return (
        fix.seq,
        fix.t_ms,
        fix.lat,
        fix.lng,
        _NAN if speed is None else speed,
        _NAN if heading is None else heading,
        _NAN if accuracy is None else accuracy,
        fix.flags & 0xFF,
    )


class _Tick:
    """The fixes of a tick as arrays, sorted by courier and in the sequence sent.

    `event` and `owner` say for each row which event it came with and whose it is.
    """

    def __init__(self, events: Sequence[_Event]) -> None:
        self.events = events
        self.couriers = list({event.courier.id: event.courier for event in events}.values())
        places = {courier.id: place for place, courier in enumerate(self.couriers)}
        owner_of = np.array([places[event.courier.id] for event in events])
        rows, event = _unpacked(events)
        order = np.argsort(owner_of[event] * len(events) + event, kind="stable")
        self.rows, self.event = rows[order], event[order]
        self.owner = owner_of[self.event]
        self.epoch = np.array([one.epoch for one in events])[self.event]
        self.now_ms = np.array([one.now_ms for one in events])[self.event]
        self.real_now_ms = np.array([one.real_now_ms for one in events])[self.event]

    def judge(self, fleet: Fleet) -> Judged:
        rows = self.rows
        judged = screen_many(
            Fixes(rows["t_ms"], rows["lat"], rows["lng"], rows["accuracy_m"]),
            self.owner,
            _last(self.couriers),
            np.array([limits_for(one.vehicle).max_speed_mps for one in self.couriers]),
            self.now_ms,
            _LIMITS,
        )
        reasons, moved = judged.reasons, list[LiveCourier]()
        self._follow(fleet, judged)
        newest: list[int] = judged.newest.tolist()
        for place in np.flatnonzero(judged.newest >= 0).tolist():
            courier = self.couriers[place]
            if not judged.ordinary[place]:
                continue
            if fleet.couriers.get(courier.id) is courier:
                show(courier, fleet, self._position(courier, newest[place]))
                moved.append(courier)
        for place in np.flatnonzero(~judged.ordinary).tolist():
            if self._judge_one_by_one(fleet, place, reasons):
                moved.append(self.couriers[place])
        return Judged(self._batch(reasons), moved, _counted(reasons))

    def _follow(self, fleet: Fleet, judged: Screened) -> None:
        """Take ordinary fixes up in the tracks; whoever has a jump among them is not ordinary."""
        is_here = [fleet.couriers.get(courier.id) is courier for courier in self.couriers]
        followed = np.flatnonzero(judged.ordinary & np.array(is_here))
        chosen = np.zeros(len(self.couriers), dtype=np.bool_)
        chosen[followed] = True
        at = np.flatnonzero((judged.reasons == 0) & chosen[self.owner])
        rows, some = self.rows, [self.couriers[place] for place in followed.tolist()]
        believed = fleet.tracks.follow_many(
            np.array([courier.ref for courier in some], dtype=np.int64),
            Reading(*(rows[name][at].astype(np.float64) for name in _READ)),
            np.searchsorted(followed, self.owner[at]),
            np.array([unrest_of(courier.vehicle) for courier in some], dtype=np.float64),
        )
        judged.ordinary[followed[~believed]] = False

    def _judge_one_by_one(self, fleet: Fleet, place: int, reasons: NDArray[np.uint8]) -> bool:
        """Judge a doubtful courier's fixes in sequence; tell whether one of them moved it."""
        courier, moved = self.couriers[place], False
        if fleet.couriers.get(courier.id) is not courier:
            fleet = Fleet()  # gone off shift since: judged, but on no map
        first, end = np.searchsorted(self.owner, [place, place + 1]).tolist()
        for at in range(first, end):
            now_ms, real_now_ms = int(self.now_ms[at]), int(self.real_now_ms[at])
            fix = _fix(self.rows[at])
            refusal = judge(courier, fleet, fix, int(self.epoch[at]), now_ms, real_now_ms)
            reasons[at] = trail.REFUSALS.index(refusal)
            moved = moved or refusal is None
        return moved

    def _position(self, courier: LiveCourier, at: int) -> Position:
        seq, t_ms, lat, lng, speed, heading, accuracy, _flags = self.rows[at].item()
        return Position(
            courier.id,
            int(self.epoch[at]),
            seq,
            t_ms,
            int(self.real_now_ms[at]),
            lat,
            lng,
            _known(speed),
            _known(heading),
            _known(accuracy),
        )

    def _batch(self, reasons: NDArray[np.uint8]) -> Batch:
        rows, packed = self.rows, np.empty(len(self.rows), trail.ROW)
        ids = np.frombuffer(b"".join(one.id.bytes for one in self.couriers), "V16")
        packed["courier"], packed["epoch"] = ids[self.owner], self.epoch
        packed["received_ms"], packed["refusal"] = self.real_now_ms, reasons
        for name in _ROW.names or ():
            packed[name] = rows[name]
        ends = np.searchsorted(self.owner, np.arange(len(self.couriers)), side="right") - 1
        reached = zip(self.epoch[ends].tolist(), rows["seq"][ends].tolist(), strict=True)
        marks = {
            one.id: Mark(epoch, seq)
            for one, (epoch, seq) in zip(self.couriers, reached, strict=True)
        }
        heard = zip(self.couriers, self.real_now_ms[ends].tolist(), strict=True)
        return Batch(packed.tobytes(), marks, {one.id: at_ms for one, at_ms in heard})


def _unpacked(events: Sequence[_Event]) -> tuple[Rows, NDArray[np.int64]]:
    """Return the fixes of all events as rows, and which event each came with."""
    numbers, counts = np.arange(len(events)), np.array([event.fixes for event in events])
    is_packed = np.array([event.is_packed for event in events])
    packed = b"".join(event.blob for event in events if event.is_packed)
    plain = b"".join(event.blob for event in events if not event.is_packed)
    epochs = np.array([event.epoch for event in events])
    event = np.concatenate([
        np.repeat(numbers[which], counts[which]) for which in (is_packed, ~is_packed)
    ])
    raw = np.frombuffer(packed, wire.PACKED_ROW)
    rows = np.empty(len(event), _ROW)
    rows[len(raw) :] = np.frombuffer(plain, _ROW)
    own = rows[: len(raw)]
    own["seq"], own["flags"] = raw["seq"], raw["flags"]
    own["t_ms"] = epochs[event[: len(raw)]] * 1000 + raw["dt_ms"]
    own["lat"], own["lng"] = raw["lat"] / 1e7, raw["lng"] / 1e7
    for name, field_name, unit in (
        ("speed", "speed_mps", 0.25),
        ("heading", "heading_deg", 360 / 256),
        ("accuracy", "accuracy_m", 1.0),
    ):
        own[field_name] = np.where(raw[name] == wire.UNKNOWN, np.nan, raw[name] * unit)
    return rows, event


def _last(couriers: Sequence[LiveCourier]) -> Fixes:
    """Return where couriers are, NaN for those of whom that is not known."""
    rows = [
        (0, _NAN, _NAN, _NAN)
        if (last := courier.believed) is None
        else (last.t_ms, last.lat, last.lng, _NAN if last.accuracy_m is None else last.accuracy_m)
        for courier in couriers
    ]
    t_ms, lat, lng, accuracy_m = zip(*rows, strict=True)
    return Fixes(np.array(t_ms, dtype=np.int64), np.array(lat), np.array(lng), np.array(accuracy_m))


def _fix(row: Any) -> Fix:
    seq, t_ms, lat, lng, speed, heading, accuracy, flags = row.item()
    return Fix(seq, t_ms, lat, lng, _known(speed), _known(heading), _known(accuracy), flags)


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124  # NaN is the only such number


def _counted(reasons: NDArray[np.uint8]) -> Counter[str]:
    counts = np.bincount(reasons, minlength=len(REASONS)).tolist()
    names = (ACCEPTED if reason is None else reason.value for reason in REASONS)
    return Counter({name: count for name, count in zip(names, counts, strict=True) if count})
