"""Every statement about devices."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam

from api.couriers.model import Courier, couriers
from api.devices.model import Believed, Device, KnownFix
from api.kit.ids import CourierId, DeviceId
from api.kit.statement import Command, Query, selecting
from api.kit.work import Work
from api.trails.history import moment_of

_YEAR_9999_MS = 253_370_764_800_000
_DEVICE = "id, courier_id, name, number, last_seq, last_seen_at, created_at, revoked_at"
_ADD = Query(
    Device,
    f"""
    INSERT INTO courier_devices (id, courier_id, name, token_hash, last_seq, created_at)
    VALUES (:id, :courier_id, :name, :token_hash, 0, :created_at) RETURNING {_DEVICE}
    """,
)
_OF = Query(
    Device,
    f"""
    SELECT {_DEVICE} FROM courier_devices
    WHERE courier_id = :courier_id AND revoked_at IS NULL ORDER BY id
    """,
)
_LOCK_BY_HASH = Query(
    Device,
    f"""
    SELECT {_DEVICE} FROM courier_devices
    WHERE token_hash = :token_hash AND revoked_at IS NULL FOR NO KEY UPDATE
    """,
)
_REVOKE = Command(
    """
    UPDATE courier_devices SET revoked_at = :now
    WHERE id = :id AND courier_id = :courier_id AND revoked_at IS NULL
    """
)
_NOTE = Command(
    "UPDATE courier_devices SET last_seq = :last_seq, last_seen_at = :seen_at WHERE id = :id"
)
_COURIER = Query(
    Courier, selecting(Courier, couriers).where(couriers.c.id == bindparam("courier_id"))
)
_KNOWN = Query(
    KnownFix,
    """
    SELECT round(extract(epoch FROM ts) * 1000)::bigint AS t_ms, location FROM courier_positions
    WHERE courier_id = :courier_id AND ts = ANY(:times) AND epoch = :epoch
    UNION ALL
    SELECT t_ms, location FROM undated_fixes
    WHERE courier_id = :courier_id AND epoch = :epoch AND t_ms = ANY(:times_ms)
    """,
)
_BELIEVED = Query(
    Believed,
    """
    SELECT seq, ts, location, accuracy_m FROM courier_positions
    WHERE courier_id = :courier_id AND ts > :since AND refusal IS NULL
    ORDER BY ts DESC LIMIT 1
    """,
)
_JUMPS = Query(
    Believed,
    """
    SELECT seq, ts, location, accuracy_m FROM courier_positions
    WHERE courier_id = :courier_id AND ts > :since AND epoch = :epoch AND refusal = 'jump'
    ORDER BY ts DESC LIMIT :limit
    """,
)


async def add(
    work: Work,
    device_id: DeviceId,
    courier_id: CourierId,
    name: str,
    token_hash: bytes,
    created_at: datetime,
) -> Device:
    """Save a new device; return it with its number."""
    return await _ADD.value(
        work.db,
        id=device_id,
        courier_id=courier_id,
        name=name,
        token_hash=token_hash,
        created_at=created_at,
    )


async def of_courier(work: Work, courier_id: CourierId) -> list[Device]:
    """Return a courier's devices that may report."""
    return await _OF.all(work.db, courier_id=courier_id)


async def lock_by_hash(work: Work, token_hash: bytes) -> Device | None:
    """Return the device whose token has this hash, held until the transaction ends."""
    return await _LOCK_BY_HASH.one(work.db, token_hash=token_hash)


async def revoke(work: Work, courier_id: CourierId, device_id: DeviceId, now: datetime) -> bool:
    """Revoke a courier's device; tell whether there was one."""
    touched = await _REVOKE.run(work.db, id=device_id, courier_id=courier_id, now=now)
    return touched > 0


async def note(work: Work, device_id: DeviceId, last_seq: int, seen_at: datetime) -> None:
    """Save how many fixes a device has sent, and when it was last heard (real time)."""
    await _NOTE.run(work.db, id=device_id, last_seq=last_seq, seen_at=seen_at)


async def courier_of(work: Work, device: Device) -> Courier | None:
    """Return the courier whose fixes a device reports."""
    return await _COURIER.one(work.db, courier_id=device.courier_id)


async def known(work: Work, device: Device, times_ms: Sequence[int]) -> list[KnownFix]:
    """Return which fixes of these times a device has sent before."""
    return await _KNOWN.all(
        work.db,
        courier_id=device.courier_id,
        epoch=device.epoch,
        times=[moment_of(t_ms) for t_ms in times_ms if 0 <= t_ms < _YEAR_9999_MS],
        times_ms=list(times_ms),
    )


async def believed(work: Work, courier_id: CourierId, since: datetime) -> Believed | None:
    """Return the newest fix of history that moved a courier, not older than `since`."""
    return await _BELIEVED.one(work.db, courier_id=courier_id, since=since)


async def jumps(work: Work, device: Device, since: datetime, limit: int) -> list[Believed]:
    """Return a device's newest fixes after `since` that were refused as jumps, oldest first."""
    found = await _JUMPS.all(
        work.db, courier_id=device.courier_id, epoch=device.epoch, since=since, limit=limit
    )
    return found[::-1]
