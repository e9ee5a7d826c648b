"""The door of settings that may be changed while the programs run."""

from api.kit.endpoint import Endpoint, Owner
from api.kit.schema import Nothing
from api.kit.work import Work
from api.system_settings import service
from api.system_settings.schema import SettingsDraft, SettingsView


async def shown_settings(
    work: Work, _path: Nothing, _query: Nothing, _body: Nothing
) -> SettingsView:
    """Settings that may be changed while the programs run, with their defaults and bounds."""
    return await service.shown(work)


async def change_settings(
    work: Work, _path: Nothing, _query: Nothing, draft: SettingsDraft
) -> SettingsView:
    """Change settings for all programs, within a second; the audit trail keeps what was before."""
    return await service.change(work, draft)


_SETTINGS = "/api/v1/admin/settings"

ENDPOINTS = (
    Endpoint("GET", _SETTINGS, shown_settings, "setting:read", Owner.PLATFORM, versioned=True),
    Endpoint("PUT", _SETTINGS, change_settings, "setting:update", Owner.PLATFORM, versioned=True),
)
