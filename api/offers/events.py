"""What happens to offers."""

from dataclasses import dataclass
from typing import ClassVar

from api.kit.events import Event
from api.kit.ids import CourierId, DeliveryId, OfferId
from api.offers.lifecycle import OfferStatus


@dataclass(frozen=True, slots=True)
class OfferMade(Event):
    """A courier is offered a delivery."""

    topic: ClassVar[str] = "offer.made"

    offer_id: OfferId
    delivery_id: DeliveryId
    courier_id: CourierId


@dataclass(frozen=True, slots=True)
class OfferClosed(Event):
    """An offer was accepted, rejected, ran out or was withdrawn."""

    topic: ClassVar[str] = "offer.closed"

    offer_id: OfferId
    delivery_id: DeliveryId
    courier_id: CourierId
    status: OfferStatus
    reason: str | None
