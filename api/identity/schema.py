"""What clients send to identity and get from it."""

from typing import Annotated, Literal, Self

import phonenumbers
from pydantic import (
    AfterValidator,
    EmailStr,
    Field,
    Secret,
    StringConstraints,
    model_validator,
)

from api.identity.model import CodePurpose, CustomerKind, Session, User
from api.integrations.social import Provider
from api.kit.actor import PERMISSIONS, Role
from api.kit.ids import CompanyId, SessionId, UserId, ZoneId
from api.kit.schema import Draft, Moment, ShortText, View, wrong


def _e164(text: str) -> str:
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException as error:
        message = "write the number with its country code, for example +351912345678"
        raise ValueError(message) from error
    if not phonenumbers.is_possible_number(number):
        message = "this cannot be a phone number: check its length"
        raise ValueError(message)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _as_kept(contact: str) -> str:
    """Return a phone number or e-mail address in the form in which we keep it."""
    if not contact.startswith("+"):
        return contact.lower()
    try:
        return _e164(contact)
    except ValueError:
        return contact  # nobody's: the answer is that of an unknown account


Phone = Annotated[str, Field(max_length=32, examples=["+351912345678"]), AfterValidator(_e164)]
Email = Annotated[EmailStr, StringConstraints(max_length=254, to_lower=True)]
_HIDDEN = Field(json_schema_extra={"format": "password", "writeOnly": True})
_NewPassword = StringConstraints(strip_whitespace=False, min_length=8, max_length=200)
_AnyPassword = StringConstraints(strip_whitespace=False, min_length=1, max_length=200)
GivenPassword = Annotated[Secret[Annotated[str, _AnyPassword]], _HIDDEN]
Password = Annotated[Secret[Annotated[str, _NewPassword]], _HIDDEN]
"""A new password; it counts exactly as it was typed."""

TokenText = Annotated[
    Secret[Annotated[str, StringConstraints(min_length=20, max_length=500)]], _HIDDEN
]
CodeText = Annotated[
    Secret[Annotated[str, StringConstraints(min_length=6, max_length=100)]], _HIDDEN
]
Contact = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(_as_kept)]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$", examples=["en", "pt-PT"])]
Carrier = Literal["body", "console_cookie", "courier_cookie"]
"""How the refresh token travels: in the body (apps), or in a cookie scripts cannot read (pages).

Each kind of page has its own: who signs in on one is not signed in, or replaced, on the other.
"""


class Registration(Draft):
    """A new account; the code that completes it is sent to the phone or the e-mail address.

    A customer may be a shop (`kind`): it names its zone, and orders within that zone only.
    """

    phone: Phone | None = None
    email: Email | None = None
    password: Password
    first_name: ShortText
    last_name: ShortText
    role: Literal[Role.CUSTOMER, Role.COURIER] = Role.CUSTOMER
    kind: CustomerKind = CustomerKind.INDIVIDUAL
    zone_id: ZoneId | None = None
    locale: Locale = "en"

    @property
    def customer_kind(self) -> CustomerKind | None:
        """Return the kind of customer, None for couriers."""
        return self.kind if self.role is Role.CUSTOMER else None

    @model_validator(mode="after")
    def _a_shop_has_a_zone(self) -> Self:
        is_shop = self.kind is CustomerKind.SHOP
        if is_shop and self.role is not Role.CUSTOMER:
            raise wrong("kind", "not_for_couriers", "a shop is a customer: leave kind or role out")
        if is_shop != (self.zone_id is not None):
            message = "a shop names its zone, nobody else does"
            raise wrong("zoneId", "of_shops_only", message)
        return self

    @model_validator(mode="after")
    def _one_contact(self) -> Self:
        if (self.phone is None) == (self.email is None):
            field = "phone" if self.phone is None else "email"
            message = "send phone or email, one of the two: the code goes there"
            raise wrong(field, "one_of_two", message)
        return self

    @property
    def contact(self) -> str:
        """Return the phone number or e-mail address that the code goes to."""
        return str(self.phone or self.email)


class CodeSent(View):
    """A code is on its way (or a notice, where there is an account already)."""

    destination: str
    expires_in_s: int


class CodeWish(Draft):
    """Where a one-time code is to go, and what for."""

    destination: Contact
    purpose: Literal[CodePurpose.REGISTRATION, CodePurpose.LOGIN, CodePurpose.PASSWORD_RESET]


class Forgotten(Draft):
    """Whose password is forgotten: a phone number or an e-mail address."""

    destination: Contact


class PasswordReset(Draft):
    """The code that came, and a new password."""

    destination: Contact
    code: CodeText
    new_password: Password


class PasswordChange(Draft):
    """The password of today and a new one."""

    current_password: GivenPassword
    new_password: Password
    carrier: Carrier = "body"


class CodeCheck(Draft):
    """The code that came, or the secret of a one-time link; to register, the password too."""

    destination: Contact
    purpose: Literal[CodePurpose.REGISTRATION, CodePurpose.LOGIN]
    code: CodeText
    password: GivenPassword | None = None
    device: ShortText | None = None
    carrier: Carrier = "body"

    @model_validator(mode="after")
    def _registration_by_its_password(self) -> Self:
        if (self.purpose is CodePurpose.REGISTRATION) != (self.password is not None):
            message = "send the password that was registered with purpose registration, only then"
            raise wrong("password", "only_to_register", message)
        return self


class Login(Draft):
    """Phone or e-mail, and the password."""

    login: Contact
    password: GivenPassword
    device: ShortText | None = None
    carrier: Carrier = "body"


class SocialPath(Draft):
    """Whose account: google, apple or facebook."""

    provider: Provider


class SocialLogin(Draft):
    """What the service's library gave to the app: an ID token, from Facebook an access token.

    `nonce` is what the app made up for this sign-in; the ID token holds its SHA-256 (hexadecimal).
    Role, names and language are for a new account; Apple tells names to the app only.
    """

    token: Annotated[
        Secret[Annotated[str, StringConstraints(min_length=1, max_length=8000)]], _HIDDEN
    ]
    nonce: Annotated[str, Field(min_length=16, max_length=200)] | None = None
    role: Literal[Role.CUSTOMER, Role.COURIER] = Role.CUSTOMER
    first_name: ShortText | None = None
    last_name: ShortText | None = None
    locale: Locale = "en"
    device: ShortText | None = None
    carrier: Carrier = "body"


class Refresh(Draft):
    """The refresh token; left out where the cookie that `carrier` names holds it."""

    refresh_token: TokenText | None = None
    carrier: Carrier = "body"


class Me(View):
    """Who is signed in."""

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
    permissions: list[str]

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the view of `user`; the permissions are those of the role where not narrowed."""
        plain = {n: getattr(user, n) for n in cls.model_fields if n != "permissions"}
        return cls(permissions=user.permissions or sorted(PERMISSIONS[user.role]), **plain)


class Tokens(View):
    """A pair of tokens; `refreshToken` is null where it travels in the cookie."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # the scheme's name
    expires_in_s: int
    refresh_token: str | None
    user: Me


class SessionPath(Draft):
    """Which session."""

    session_id: SessionId


class SessionView(View):
    """A device that is signed in."""

    id: SessionId
    device: str | None
    address: str | None
    created_at: Moment
    last_used_at: Moment
    expires_at: Moment
    is_current: bool

    @classmethod
    def of(cls, session: Session, current: SessionId | None) -> Self:
        """Return the view of `session`."""
        return cls(
            id=session.id,
            device=session.device,
            address=None if session.ip is None else str(session.ip),
            created_at=session.created_at,
            last_used_at=session.rotated_at,
            expires_at=session.expires_at,
            is_current=session.id == current,
        )


class SessionsView(View):
    """Everywhere that the caller is signed in."""

    sessions: list[SessionView]
