"""What clients send to identity and get from it."""

from typing import Annotated, Literal, Self

import phonenumbers
from pydantic import AfterValidator, EmailStr, Field, Secret, StringConstraints

from api.identity.model import CodePurpose, User
from api.kit.actor import Role
from api.kit.ids import CompanyId, UserId
from api.kit.schema import Draft, ShortText, View


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
_GivenPassword = StringConstraints(strip_whitespace=False, min_length=1, max_length=200)
Password = Annotated[Secret[Annotated[str, _NewPassword]], _HIDDEN]
"""A new password; it counts exactly as it was typed."""

TokenText = Annotated[
    Secret[Annotated[str, StringConstraints(min_length=20, max_length=500)]], _HIDDEN
]
CodeText = Annotated[
    Secret[Annotated[str, StringConstraints(min_length=6, max_length=100)]], _HIDDEN
]
Contact = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(_as_kept)]
Carrier = Literal["body", "cookie"]
"""How the refresh token travels: in the body (apps), or in a cookie scripts cannot read (pages)."""


class Registration(Draft):
    """A new account; the code that completes it is sent to the phone."""

    phone: Phone
    password: Password
    first_name: ShortText
    last_name: ShortText
    role: Literal[Role.CUSTOMER, Role.COURIER] = Role.CUSTOMER
    locale: Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en"


class CodeSent(View):
    """A code is on its way (or a notice, where there is an account already)."""

    destination: str
    expires_in_s: int


class CodeCheck(Draft):
    """The code that came, or the secret of a one-time link."""

    destination: Contact
    purpose: CodePurpose
    code: CodeText
    device: ShortText | None = None
    carrier: Carrier = "body"


class Login(Draft):
    """Phone or e-mail, and the password."""

    login: Contact
    password: Annotated[Secret[Annotated[str, _GivenPassword]], _HIDDEN]
    device: ShortText | None = None
    carrier: Carrier = "body"


class Refresh(Draft):
    """The refresh token; left out where the cookie carries it."""

    refresh_token: TokenText | None = None
    carrier: Carrier = "body"


class Me(View):
    """Who is signed in."""

    id: UserId
    role: Role
    email: str | None
    phone: str | None
    first_name: str
    last_name: str
    locale: str
    company_id: CompanyId | None

    @classmethod
    def of(cls, user: User) -> Self:
        """Return the view of `user`."""
        return cls(**{name: getattr(user, name) for name in cls.model_fields})


class Tokens(View):
    """A pair of tokens; `refreshToken` is null where it travels in the cookie."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # the scheme's name
    expires_in_s: int
    refresh_token: str | None
    user: Me
