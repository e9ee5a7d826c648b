"""What happens to accounts and sessions."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from api.kit.events import OUTSIDE, Event
from api.kit.ids import SessionId, UserId


@dataclass(frozen=True, slots=True)
class CodeRequested(Event):
    """A one-time code is to be sent; the code itself is derived when it is sent."""

    topic: ClassVar[str] = "identity.code_requested"
    lane: ClassVar[str] = OUTSIDE

    code_id: UUID
    phone: str
    locale: str


@dataclass(frozen=True, slots=True)
class KnownPhoneRegistered(Event):
    """Somebody tried to register a phone that has an account: its owner is told, not the caller."""

    topic: ClassVar[str] = "identity.known_phone_registered"
    lane: ClassVar[str] = OUTSIDE

    user_id: UserId
    phone: str
    locale: str


@dataclass(frozen=True, slots=True)
class SessionEnded(Event):
    """A session was logged out or revoked: its sockets close."""

    topic: ClassVar[str] = "identity.session_ended"

    session_id: SessionId
    user_id: UserId
    reason: str
