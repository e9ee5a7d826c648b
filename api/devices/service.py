"""Devices: letting a phone app report for a courier, and ending that."""

import secrets

from api.couriers import repository as courier_rows
from api.couriers import service as couriers
from api.devices import repository
from api.devices.model import Device
from api.identity.tokens import hashed
from api.kit.clock import real_now
from api.kit.errors import Conflict, NotFound
from api.kit.ids import CourierId, DeviceId, new_id
from api.kit.work import Work

MOST = 10


class TooManyDevices(Conflict):
    """The courier has as many devices as one may have."""

    code, title = "too_many_devices", f"At most {MOST} devices: revoke one first"


async def make(work: Work, courier_id: CourierId, name: str) -> tuple[str, Device]:
    """Make a device for a courier; return its token, which is not kept."""
    await courier_rows.lock(work, courier_id)  # two at once must not both be the last one
    if len(await repository.of_courier(work, courier_id)) >= MOST:
        raise TooManyDevices
    token = secrets.token_urlsafe(24)
    device = await repository.add(
        work, DeviceId(new_id()), courier_id, name, hashed(token), real_now()
    )
    work.record("courier.device.add", "courier", courier_id, new={"deviceId": str(device.id)})
    return token, device


async def make_own(work: Work, name: str) -> tuple[str, Device]:
    """Make a device for the acting courier."""
    return await make(work, (await couriers.own(work)).id, name)


async def make_for(work: Work, courier_id: CourierId, name: str) -> tuple[str, Device]:
    """Make a device for a courier who is the actor's business."""
    return await make(work, (await couriers.named(work, courier_id)).id, name)


async def of_own(work: Work) -> list[Device]:
    """Return the acting courier's devices."""
    return await repository.of_courier(work, (await couriers.own(work)).id)


async def of_courier(work: Work, courier_id: CourierId) -> list[Device]:
    """Return the devices of a courier who is the actor's business."""
    return await repository.of_courier(work, (await couriers.named(work, courier_id)).id)


async def revoke_own(work: Work, device_id: DeviceId) -> None:
    """End one of the acting courier's devices: what it sends from now on is refused."""
    await _revoke(work, (await couriers.own(work)).id, device_id)


async def revoke_for(work: Work, courier_id: CourierId, device_id: DeviceId) -> None:
    """End a device of a courier who is the actor's business."""
    await _revoke(work, (await couriers.named(work, courier_id)).id, device_id)


async def _revoke(work: Work, courier_id: CourierId, device_id: DeviceId) -> None:
    if not await repository.revoke(work, courier_id, device_id, real_now()):
        raise NotFound("There is no such device")
    work.record("courier.device.revoke", "courier", courier_id, old={"deviceId": str(device_id)})
