"""Settings: shown with their bounds, changed for all programs at once, every change kept."""

from collections.abc import Iterable

from pydantic.alias_generators import to_camel

from api.kit.resources import Key
from api.kit.work import Work
from api.settings import Settings
from api.system_settings import repository
from api.system_settings.changeable import CHANGEABLE, bounds, field_of
from api.system_settings.model import KeptSetting
from api.system_settings.schema import SettingsDraft, SettingsView, SettingView, given

DEFAULTS: Key[Settings] = Key("settings of the environment")


async def shown(work: Work) -> SettingsView:
    """Return every setting that may be changed, with the value that holds."""
    return _view(work, await repository.kept(work))


async def change(work: Work, draft: SettingsDraft) -> SettingsView:
    """Change settings, for all programs within a second; raise `PreconditionFailed`."""
    await repository.hold(work)
    kept = {one.key: one for one in await repository.kept(work)}
    work.check_version(_version(kept.values()))
    for name, value in given(draft).items():
        key = to_camel(name)
        old = kept.get(key)
        if value == (None if old is None else old.value):
            continue
        version = 1 if old is None else old.version + 1
        kept[key] = KeptSetting(key, value, version, work.now, work.actor.user_id)
        await repository.keep(work, kept[key])
        default = getattr(work[DEFAULTS], name)
        work.record(
            "setting.change",
            "setting",
            key,
            old={"value": default if old is None or old.value is None else old.value},
            new={"value": default if value is None else value, "isDefault": value is None},
        )
    return _view(work, kept.values())


def _version(kept: Iterable[KeptSetting]) -> int:
    """Return how often settings were changed: no two states have the same."""
    return sum(one.version for one in kept)


def _view(work: Work, kept: Iterable[KeptSetting]) -> SettingsView:
    changed = {one.key: one for one in kept}
    return SettingsView(
        version=_version(changed.values()),
        settings=[_one(work, name, changed.get(to_camel(name))) for name in CHANGEABLE],
    )


def _one(work: Work, name: str, kept: KeptSetting | None) -> SettingView:
    default = getattr(work[DEFAULTS], name)
    minimum, maximum = bounds(name)
    held = None if kept is None else kept.value
    return SettingView(
        key=to_camel(name),
        value=default if held is None else held,
        default=default,
        is_default=held is None,
        minimum=minimum,
        maximum=maximum,
        description=str(field_of(name).description),
        updated_at=None if kept is None else kept.updated_at,
        updated_by_user_id=None if kept is None else kept.updated_by_user_id,
    )
