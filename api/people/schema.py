"""What staff send about people and get; what people get of everything we hold about them."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from api.identity.model import CustomerKind
from api.identity.schema import Locale
from api.kit.actor import Role
from api.kit.ids import CompanyId, UserId, ZoneId
from api.kit.schema import Draft, Moment, PageQuery, ShortText, View, wrong
from api.people.model import Person


class PersonPath(Draft):
    """Which person."""

    user_id: UserId


class PersonQuery(PageQuery):
    """Which people: a part of name, phone or e-mail; role; kind of customer; zone; active."""

    search: Annotated[str, Field(min_length=2, max_length=100)] | None = None
    role: Role | None = None
    kind: CustomerKind | None = None
    zone_id: ZoneId | None = None
    is_active: bool | None = None


class PersonDraft(Draft):
    """What staff may correct about a person."""

    first_name: ShortText
    last_name: ShortText
    locale: Locale = "en"


class ActiveDraft(Draft):
    """Active, or blocked and why."""

    is_active: bool
    reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None

    @model_validator(mode="after")
    def _a_block_has_a_reason(self) -> Self:
        if not self.is_active and self.reason is None:
            raise wrong("reason", "required", "say why: somebody may have to answer for it")
        return self


class PersonView(View):
    """A person as staff see one."""

    id: UserId
    role: Role
    customer_kind: CustomerKind | None
    email: str | None
    phone: str | None
    first_name: str
    last_name: str
    locale: str
    company_id: CompanyId | None
    zone_ids: list[ZoneId]
    is_active: bool
    blocked_reason: str | None
    is_verified: bool
    last_login_at: Moment | None
    version: int
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, person: Person) -> Self:
        """Return the view of `person`."""
        plain = {name: getattr(person, name) for name in cls.model_fields if name != "is_verified"}
        verified = person.phone_verified_at is not None or person.email_verified_at is not None
        return cls(is_verified=verified, **plain)


class ExportView(View):
    """Everything that we hold about a person: rows by table.

    Of the tables in `cut` not all rows fit: ask for the rest.
    """

    exported_at: Moment
    cut: list[str]
    tables: dict[str, list[dict[str, Any]]]


class PersonCard(View):
    """Who somebody is: no contact, no history."""

    id: UserId
    role: Role
    first_name: str
    last_name: str
    locale: str
    company_id: CompanyId | None
    is_active: bool

    @classmethod
    def of(cls, person: Person) -> Self:
        """Return the card of `person`."""
        return cls(**{name: getattr(person, name) for name in cls.model_fields})
