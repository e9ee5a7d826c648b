"""What super admins send about API keys and get."""

from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from api.kit.ids import ApiKeyId, CompanyId, UserId, ZoneId
from api.kit.schema import Draft, Moment, PageQuery, ShortText, View, WhenGiven, wrong
from api.service_keys.model import ListedKey

Scope = Annotated[str, Field(pattern=r"^[a-z-]+:([a-z-]+|\*)$", examples=["dispatch:read"])]


class KeyDraft(Draft):
    """A new key: for a new service, or one more for a service that has some (`serviceId`).

    A service may be kept to zones, or work for one company; its later keys are kept to the same.
    A test key (`isTest`) opens the test world only: its zones, companies and orders are made there
    with test keys, and nothing follows from them.
    """

    name: ShortText
    scopes: Annotated[tuple[Scope, ...], Field(max_length=50)]
    rate_per_min: Annotated[int, Field(ge=1, le=100_000)] = 600
    expires_at: WhenGiven | None = None
    is_test: bool = False
    service_id: UserId | None = None
    company_id: CompanyId | None = None
    zone_ids: Annotated[tuple[ZoneId, ...], Field(max_length=50)] = ()

    @field_validator("scopes")
    @classmethod
    def _some_and_each_once(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        if not scopes:
            raise PydanticCustomError("too_short", "a key needs at least one scope")
        if len(set(scopes)) < len(scopes):
            raise PydanticCustomError("duplicate", "a scope stands twice: send each once")
        return scopes

    @model_validator(mode="after")
    def _kept_once(self) -> Self:
        if self.service_id is not None and (self.company_id is not None or self.zone_ids):
            message = "the service keeps its company and zones: leave companyId and zoneIds out"
            raise wrong("serviceId", "kept_already", message)
        return self


class KeyPath(Draft):
    """Which key."""

    api_key_id: ApiKeyId


class KeyQuery(PageQuery):
    """Which keys: of one service, working or not, of the test world or live."""

    service_id: UserId | None = None
    is_active: bool | None = None
    is_test: bool | None = None


class KeyView(View):
    """A key, without its secret; the `id` stands in the key itself."""

    id: ApiKeyId
    name: str
    service_id: UserId
    scopes: list[str]
    rate_per_min: int
    company_id: CompanyId | None
    zone_ids: list[ZoneId]
    expires_at: Moment | None
    last_used_at: Moment | None
    revoked_at: Moment | None
    is_test: bool
    created_by_user_id: UserId | None
    created_at: Moment

    @classmethod
    def of(cls, key: ListedKey) -> Self:
        """Return the view of `key`."""
        return cls(service_id=key.user_id, **_plain(key))


class NewKeyView(KeyView):
    """A new key, with the secret that is shown only once."""

    key: str

    @classmethod
    def holding(cls, listed: ListedKey, key: str) -> Self:
        """Return the view of a new key."""
        return cls(key=key, service_id=listed.user_id, **_plain(listed))


def _plain(key: ListedKey) -> dict[str, Any]:
    return {n: getattr(key, n) for n in KeyView.model_fields if n != "service_id"}
