"""What happens to tracking links."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from api.kit.events import Event
from api.kit.ids import OrderId


@dataclass(frozen=True, slots=True)
class LinkEnded(Event):
    """A tracking link was revoked: its sockets close."""

    topic: ClassVar[str] = "link.ended"

    link_id: UUID
    order_id: OrderId
