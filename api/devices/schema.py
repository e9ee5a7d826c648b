"""What couriers and managers send about devices, and get."""

from typing import Self

from api.devices.model import Device
from api.kit.ids import CourierId, DeviceId
from api.kit.schema import Draft, Moment, ShortText, View


class DeviceDraft(Draft):
    """A phone app that shall report the courier's fixes, by a name to know it again."""

    name: ShortText


class DevicePath(Draft):
    """Which of the own devices."""

    device_id: DeviceId


class CourierDevicePath(Draft):
    """Which device of which courier."""

    courier_id: CourierId
    device_id: DeviceId


class DeviceView(View):
    """A device; its token is shown only when it is made."""

    id: DeviceId
    courier_id: CourierId
    name: str
    last_seen_at: Moment | None
    created_at: Moment

    @classmethod
    def of(cls, device: Device) -> Self:
        """Return the view of `device`."""
        return cls(**{name: getattr(device, name) for name in cls.model_fields})


class DeviceListView(View):
    """The devices of a courier that may report."""

    devices: list[DeviceView]


class NewDeviceView(View):
    """A new device with its token, shown once, and the paths of the receivers."""

    device: DeviceView
    token: str
    osmand_path: str
    owntracks_path: str
