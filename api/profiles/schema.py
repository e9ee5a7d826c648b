"""What people send about themselves and get."""

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from api.identity.schema import CodeText, Email, Locale, Phone
from api.kit.actor import Role
from api.kit.ids import AddressId, UserId, ZoneId
from api.kit.schema import Draft, Latitude, Longitude, LongText, Moment, ShortText, View, wrong
from api.profiles.iin import born
from api.profiles.model import (
    Address,
    Consent,
    ConsentKind,
    GeocodeStatus,
    NotificationSettings,
    Profile,
)
from geo.point import Point


def _checked_iin(text: str) -> str:
    born(text)
    return text


Iin = Annotated[
    str,
    Field(pattern=r"^[0-9]{12}$", description="number of a person in Kazakhstan"),
    AfterValidator(_checked_iin),
]
Part = Annotated[str, Field(min_length=1, max_length=50)]


class ProfileDraft(Draft):
    """A person's own words about themselves; what is left out is cleared."""

    first_name: ShortText
    last_name: ShortText
    date_of_birth: date | None = None
    iin: Iin | None = None
    locale: Locale = "en"


class ProfileView(View):
    """A person as they see themselves."""

    id: UserId
    role: Role
    email: str | None
    phone: str | None
    is_email_verified: bool
    is_phone_verified: bool
    first_name: str
    last_name: str
    date_of_birth: date | None
    iin: str | None
    locale: str
    avatar_url: str | None
    profile_complete: bool
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, profile: Profile, iin: str | None, avatar_url: str | None) -> Self:
        """Return the view of `profile`, whose IIN was opened."""
        return cls(
            id=profile.id,
            role=profile.role,
            email=profile.email,
            phone=profile.phone,
            is_email_verified=profile.email_verified_at is not None,
            is_phone_verified=profile.phone_verified_at is not None,
            first_name=profile.first_name,
            last_name=profile.last_name,
            date_of_birth=profile.date_of_birth,
            iin=iin,
            locale=profile.locale,
            avatar_url=avatar_url,
            profile_complete=bool(profile.phone and profile.email and profile.date_of_birth),
            created_at=profile.created_at,
            updated_at=profile.updated_at,
        )


class ContactDraft(Draft):
    """Another phone number or e-mail address, to be confirmed by a code."""

    phone: Phone | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def _one_contact(self) -> Self:
        if (self.phone is None) == (self.email is None):
            field = "phone" if self.phone is None else "email"
            raise wrong(field, "one_of_two", "send phone or email, one of the two")
        return self

    @property
    def contact(self) -> str:
        """Return the phone number or e-mail address."""
        return str(self.phone or self.email)


class ContactConfirmation(ContactDraft):
    """The code that came to the new phone number or e-mail address."""

    code: CodeText


class AddressDraft(Draft):
    """A place a person wants things brought to; without latitude and longitude it is geocoded."""

    name: ShortText
    city: ShortText
    street: Annotated[str, Field(min_length=1, max_length=200)]
    building: Part
    apartment: Part | None = None
    entrance: Part | None = None
    floor: Part | None = None
    intercom: Part | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    is_default: bool = False

    @model_validator(mode="after")
    def _whole_place(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            missing = "latitude" if self.latitude is None else "longitude"
            raise wrong(missing, "required", "send latitude and longitude, or neither")
        return self

    @property
    def point(self) -> Point | None:
        """Return the place on the globe, where it was sent."""
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)

    @property
    def line(self) -> str:
        """Return the address as it is written on one line."""
        return f"{self.street} {self.building}, {self.city}"


class AddressPath(Draft):
    """Which address."""

    address_id: AddressId


class AddressView(View):
    """An address; without a zone we do not deliver there.

    `geocodeStatus` is `ambiguous` where the text fits several places: show the place on a map and
    send it back with latitude and longitude.
    """

    id: AddressId
    name: str
    city: str
    street: str
    building: str
    apartment: str | None
    entrance: str | None
    floor: str | None
    intercom: str | None
    latitude: float
    longitude: float
    zone_id: ZoneId | None
    geocode_status: GeocodeStatus
    is_deliverable: bool
    is_default: bool
    updated_at: Moment

    @classmethod
    def of(cls, address: Address) -> Self:
        """Return the view of `address`."""
        plain = {"id", "zone_id", "is_default", "updated_at", "name", "city", "street", "building"}
        plain |= {"apartment", "entrance", "floor", "intercom", "geocode_status"}
        return cls(
            latitude=address.location.lat,
            longitude=address.location.lng,
            is_deliverable=address.zone_id is not None,
            **{name: getattr(address, name) for name in plain},
        )


class AddressesView(View):
    """The address book, the default first."""

    addresses: list[AddressView]


class PreferencesDraft(Draft):
    """How a person likes things done."""

    contactless: bool = False
    call_on_arrival: bool = False
    substitutions: Literal["ask", "allow", "refuse"] = "ask"
    courier_note: LongText | None = None


class PreferencesView(View):
    """How a person likes things done."""

    contactless: bool
    call_on_arrival: bool
    substitutions: Literal["ask", "allow", "refuse"]
    courier_note: str | None


Minute = Annotated[time, Field(description="local time, for example 22:00:00")]


class NotificationDraft(Draft):
    """How a person wants to be told; no messages from `quietFrom` to `quietTo`."""

    push_enabled: bool = True
    sms_enabled: bool = True
    email_enabled: bool = True
    promo_enabled: bool = False
    quiet_from: Minute | None = None
    quiet_to: Minute | None = None

    @model_validator(mode="after")
    def _quiet_has_two_ends(self) -> Self:
        if (self.quiet_from is None) != (self.quiet_to is None):
            missing = "quietFrom" if self.quiet_from is None else "quietTo"
            raise wrong(missing, "required", "send quietFrom and quietTo, or neither")
        for field, end in (("quietFrom", self.quiet_from), ("quietTo", self.quiet_to)):
            if end is not None and end.tzinfo is not None:
                raise wrong(field, "offset", "a local time: leave the offset out")
        return self


class NotificationView(View):
    """How a person wants to be told."""

    push_enabled: bool
    sms_enabled: bool
    email_enabled: bool
    promo_enabled: bool
    quiet_from: time | None
    quiet_to: time | None

    @classmethod
    def of(cls, kept: NotificationSettings) -> Self:
        """Return the view of what is kept."""
        return cls(**{name: getattr(kept, name) for name in cls.model_fields})


class ConsentPath(Draft):
    """What is agreed to."""

    kind: ConsentKind


class ConsentDraft(Draft):
    """Agreed or not, and to which version of the text."""

    given: bool
    version: Part


class ConsentView(View):
    """What a person said last."""

    kind: ConsentKind
    given: bool
    version: str
    given_at: Moment

    @classmethod
    def of(cls, consent: Consent) -> Self:
        """Return the view of `consent`."""
        return cls(**{name: getattr(consent, name) for name in cls.model_fields})


class ConsentsView(View):
    """The newest answer of each kind; kinds never answered are missing."""

    consents: list[ConsentView]
