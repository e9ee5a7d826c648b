"""What happens to accounts and sessions."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from api.integrations.social import Provider
from api.kit.events import Event, lane_to
from api.kit.ids import SessionId, UserId


class _Message(Event):
    """Somebody is to be told something, by mail or text message."""

    destination: str

    @property
    def lane(self) -> str:
        """Return the lane of whoever carries the message."""
        return lane_to(self.destination)


@dataclass(frozen=True, slots=True)
class CodeRequested(_Message):
    """A one-time code is to be sent; the code itself is derived when it is sent.

    Without a user nobody has the contact and nothing is sent: asking costs and tells the same.
    """

    topic: ClassVar[str] = "identity.code_requested"

    code_id: UUID
    user_id: UserId | None
    destination: str
    locale: str


@dataclass(frozen=True, slots=True)
class KnownContactRegistered(_Message):
    """Somebody tried to register a contact that has an account: its owner is told, not they."""

    topic: ClassVar[str] = "identity.known_contact_registered"

    user_id: UserId
    destination: str
    locale: str


@dataclass(frozen=True, slots=True)
class PasswordChanged(_Message):
    """A password was changed or reset: its owner is told."""

    topic: ClassVar[str] = "identity.password_changed"

    user_id: UserId
    destination: str
    locale: str


@dataclass(frozen=True, slots=True)
class ContactChanged(_Message):
    """An account has another phone number or e-mail address: the former one is told."""

    topic: ClassVar[str] = "identity.contact_changed"

    user_id: UserId
    destination: str
    locale: str


@dataclass(frozen=True, slots=True)
class SignInLinked(_Message):
    """An account can be signed in to with an account elsewhere from now on: its owner is told."""

    topic: ClassVar[str] = "identity.sign_in_linked"

    user_id: UserId
    provider: Provider
    destination: str
    locale: str


@dataclass(frozen=True, slots=True)
class SessionEnded(Event):
    """A session was logged out or revoked: its sockets close."""

    topic: ClassVar[str] = "identity.session_ended"

    session_id: SessionId
    user_id: UserId
    reason: str
