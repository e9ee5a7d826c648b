"""Taking in what a device reports: judged as a socket's fixes are, made durable, then told.

An answered fix is committed. The device is held while its fixes are judged, so that they are judged
one after another and a fix sent again is known as such, whoever else writes for this courier.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from api.couriers.lifecycle import ON_SHIFT
from api.couriers.model import Courier
from api.devices import repository
from api.devices.model import EPOCHS_FROM, Believed, Device, KnownFix
from api.devices.reading import Reading
from api.identity.tokens import hashed
from api.kit.clock import real_now
from api.kit.errors import Unauthenticated
from api.kit.work import Work
from api.settings import SETTINGS
from api.trails.history import History, kept
from geo.fix import Fix, limits_for
from geo.point import Point
from geo.screening import Elsewhere, Refusal, insist, screen
from tracking.phones import ACCEPTED, DUPLICATE, OFF_SHIFT
from tracking.positions import Position
from tracking.reported import Report
from tracking.trail import TrailRecord


class UnknownDevice(Unauthenticated):
    """Unknown and revoked tokens answer alike."""

    code, title = "unknown_device", "This device's token does not hold (any more): make a new one"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of each fix, and what live tracking is told; off shift nothing."""

    results: list[str]
    report: Report | None


async def device_of(work: Work, token: str) -> tuple[Device, Courier]:
    """Return the device with this token, held, and its courier; raise `UnknownDevice`."""
    device = await repository.lock_by_hash(work, hashed(token))
    courier = None if device is None else await repository.courier_of(work, device)
    if device is None or courier is None or not courier.is_active:
        raise UnknownDevice
    return device, courier


async def take(
    work: Work, device: Device, courier: Courier, readings: Sequence[Reading], history: History
) -> Taken:
    """Take in what a device reports; what was before the shift, or off shift, is forgotten at once.

    An app keeps what it could not send, be it the courier's weekend.
    """
    seen_at = real_now()
    if courier.status not in ON_SHIFT or courier.shift_started_at is None:
        await repository.note(work, device.id, device.last_seq, seen_at)
        return Taken([OFF_SHIFT] * len(readings), None)
    made = sorted((_fix(work, one, seen_at) for one in readings), key=lambda fix: fix.t_ms)
    fixes = [fix for fix in made if fix.t_ms >= _ms(courier.shift_started_at)]
    known = await repository.known(work, device, [fix.t_ms for fix in fixes])
    judge = await _Judge.of(work, device, courier)
    now_ms, received_ms = _ms(work.now), _ms(seen_at)
    results = [OFF_SHIFT] * (len(made) - len(fixes))
    records: list[TrailRecord] = []
    for fix in fixes:
        if _is_known(fix, known):
            results.append(DUPLICATE)
            continue
        known.append(KnownFix(fix.t_ms, Point(fix.lat, fix.lng)))
        numbered = replace(fix, seq=device.last_seq + len(records) + 1)
        refusal = judge.refusal(numbered, now_ms)
        results.append(refusal or ACCEPTED)
        records.append(TrailRecord(courier.id, device.epoch, received_ms, numbered, refusal))
    await history.save(work.db, records, kept(work.now, work[SETTINGS].trail_days))
    await repository.note(work, device.id, device.last_seq + len(records), seen_at)
    moved = [_position(record) for record in records if record.refusal is None]
    return Taken(results, Report(courier.id, received_ms, moved))


class _Judge:
    """Judges a device's fixes by what is durable: the last one believed, and the jumps since."""

    def __init__(self, courier: Courier, last: Fix | None, jumps: Sequence[Fix]) -> None:
        self._limits = limits_for(courier.vehicle_type)
        self._last = last
        self._elsewhere: Elsewhere | None = None
        for jump in jumps:
            self._elsewhere = insist(self._elsewhere, jump, self._limits)

    @classmethod
    async def of(cls, work: Work, device: Device, courier: Courier) -> "_Judge":
        """Return the judge of the fixes that a device reports now."""
        limits = limits_for(courier.vehicle_type)
        since = work.now - timedelta(milliseconds=limits.max_age_ms)
        last = await repository.believed(work, courier.id, since)
        if last is None:
            return cls(courier, None, [])
        jumps = await repository.jumps(work, device, last.ts, limits.jumps_believed)
        return cls(courier, _fix_of(last), [_fix_of(one) for one in jumps])

    def refusal(self, fix: Fix, now_ms: int) -> str | None:
        """Return why a fix is not believed, or None; then it is the last one from now on."""
        found = screen(fix, self._last, now_ms, self._limits)
        if found is Refusal.JUMP:
            self._elsewhere = insist(self._elsewhere, fix, self._limits)
            if self._elsewhere.count >= self._limits.jumps_believed:
                found = None
        if found is None:
            self._last, self._elsewhere = fix, None
        return None if found is None else found.value


def _fix(work: Work, reading: Reading, seen_at: datetime) -> Fix:
    """Return a reading on the business clock; one without a time is of now."""
    return Fix(
        seq=0,
        t_ms=work.clock.shown_ms(_ms(seen_at) if reading.t_ms is None else reading.t_ms),
        lat=reading.lat,
        lng=reading.lng,
        speed_mps=reading.speed_mps,
        heading_deg=reading.heading_deg,
        accuracy_m=reading.accuracy_m,
    )


def _is_known(fix: Fix, known: Sequence[KnownFix]) -> bool:
    place = Point(fix.lat, fix.lng)
    return any(one.t_ms == fix.t_ms and one.location in {None, place} for one in known)


def _fix_of(row: Believed) -> Fix:
    place = row.location
    return Fix(row.seq, _ms(row.ts), place.lat, place.lng, None, None, row.accuracy_m)


def _position(record: TrailRecord) -> Position:
    fix = record.fix
    return Position(
        courier_id=record.courier_id,
        epoch=record.epoch % EPOCHS_FROM,
        seq=fix.seq,
        t_ms=fix.t_ms,
        received_ms=record.received_ms,
        lat=fix.lat,
        lng=fix.lng,
        speed_mps=fix.speed_mps,
        heading_deg=fix.heading_deg,
        accuracy_m=fix.accuracy_m,
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
