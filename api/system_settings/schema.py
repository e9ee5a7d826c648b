"""What administrators send about settings and get."""

from typing import TYPE_CHECKING, Any, Optional

from pydantic import Field, create_model, model_validator

from api.kit.ids import UserId
from api.kit.schema import Draft, Moment, View
from api.system_settings.changeable import CHANGEABLE, field_of, type_of


class _Changes(Draft):
    """Settings to change; null takes one back to its default. What is left out stays."""

    @model_validator(mode="after")
    def _something(self) -> "_Changes":
        if not self.model_fields_set:
            message = "name at least one setting to change"
            raise ValueError(message)
        return self


if TYPE_CHECKING:
    SettingsDraft = _Changes
else:
    SettingsDraft = create_model(
        "SettingsDraft",
        __base__=_Changes,
        __doc__=_Changes.__doc__,
        **{
            name: (Optional[type_of(name)], Field(None, description=field_of(name).description))  # noqa: UP045  # made at run time
            for name in CHANGEABLE
        },
    )


class SettingView(View):
    """One setting: what holds, what held without anybody's doing, what it may become."""

    key: str
    value: int | float
    default: int | float
    is_default: bool
    minimum: int | float | None
    maximum: int | float | None
    description: str
    updated_at: Moment | None
    updated_by_user_id: UserId | None


class SettingsView(View):
    """Every setting that may be changed while the programs run."""

    version: int
    settings: list[SettingView]


def given(draft: SettingsDraft) -> dict[str, Any]:
    """Return what a draft names, by the settings' own names."""
    return {name: getattr(draft, name) for name in CHANGEABLE if name in draft.model_fields_set}
