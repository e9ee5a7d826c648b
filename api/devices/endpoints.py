"""The door of devices: couriers and managers make and revoke them; `receivers.py` hears them."""

from api.couriers.schema import CourierPath
from api.devices import service
from api.devices.model import Device
from api.devices.receivers import OSMAND, OWNTRACKS
from api.devices.schema import (
    CourierDevicePath,
    DeviceDraft,
    DeviceListView,
    DevicePath,
    DeviceView,
    NewDeviceView,
)
from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.schema import Empty, Nothing
from api.kit.work import Work


def _new(made: tuple[str, Device]) -> NewDeviceView:
    token, device = made
    return NewDeviceView(
        device=DeviceView.of(device), token=token, osmand_path=OSMAND, owntracks_path=OWNTRACKS
    )


def _list(devices: list[Device]) -> DeviceListView:
    return DeviceListView(devices=[DeviceView.of(one) for one in devices])


async def own(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> DeviceListView:
    """Phone apps that report the courier's own fixes."""
    return _list(await service.of_own(work))


async def make_own(
    work: Work, _path: Nothing, _query: Nothing, draft: DeviceDraft
) -> NewDeviceView:
    """Let a phone app report the courier's own fixes; its token is shown once."""
    return _new(await service.make_own(work, draft.name))


async def revoke_own(work: Work, path: DevicePath, _query: Nothing, _body: Nothing) -> Empty:
    """Revoke the token of one of the courier's own phone apps."""
    await service.revoke_own(work, path.device_id)
    return Empty()


async def of_courier(
    work: Work, path: CourierPath, _query: Nothing, _body: Nothing
) -> DeviceListView:
    """Phone apps that report a courier's fixes."""
    return _list(await service.of_courier(work, path.courier_id))


async def make_for(
    work: Work, path: CourierPath, _query: Nothing, draft: DeviceDraft
) -> NewDeviceView:
    """Let a phone app report a courier's fixes; its token is shown once."""
    return _new(await service.make_for(work, path.courier_id, draft.name))


async def revoke_for(work: Work, path: CourierDevicePath, _query: Nothing, _body: Nothing) -> Empty:
    """Revoke the token of a courier's phone app."""
    await service.revoke_for(work, path.courier_id, path.device_id)
    return Empty()


_OWN = "/api/v1/courier/devices"
_OF = "/api/v1/admin/couriers/{courierId}/devices"
_ZONES = Owner.OWN_ZONES
_NO_KEY = Idempotency.UNUSED  # tokens are not kept for retries

ENDPOINTS = (
    Endpoint("GET", _OWN, own, "carry:read", Owner.SELF),
    Endpoint("POST", _OWN, make_own, "carry:work", Owner.SELF, status=201, idempotency=_NO_KEY),
    Endpoint("DELETE", f"{_OWN}/{{deviceId}}", revoke_own, "carry:work", Owner.SELF, status=204),
    Endpoint("GET", _OF, of_courier, "courier:read", _ZONES),
    Endpoint("POST", _OF, make_for, "courier:manage", _ZONES, status=201, idempotency=_NO_KEY),
    Endpoint("DELETE", f"{_OF}/{{deviceId}}", revoke_for, "courier:manage", _ZONES, status=204),
)
