"""What clients send to offers and get from them."""

from typing import Any, Self

from api.deliveries.model import Delivery
from api.kit.ids import CourierId, DeliveryId, OfferId, OrderId
from api.kit.schema import Draft, LongText, Moment, MoneyView, View
from api.offers.lifecycle import OfferSource, OfferStatus
from api.offers.model import Offer
from api.orders.model import Order
from api.orders.schema import BarePlaceView


class OfferPath(Draft):
    """Which offer."""

    offer_id: OfferId


class Rejection(Draft):
    """Why the courier turns it down."""

    reason: LongText | None = None


class OfferView(View):
    """An open offer as its courier sees it; whom to meet is told to who accepts it."""

    id: OfferId
    delivery_id: DeliveryId
    order_id: OrderId
    expires_at: Moment
    pickup: BarePlaceView
    dropoff: BarePlaceView
    ready_at: Moment
    distance_m: int
    duration_s: int
    fee: MoneyView
    items: int

    @classmethod
    def of(cls, offer: Offer, delivery: Delivery, order: Order) -> Self:
        """Return the view of `offer` of `delivery`."""
        return cls(
            id=offer.id,
            delivery_id=delivery.id,
            order_id=order.id,
            expires_at=offer.expires_at,
            pickup=BarePlaceView.of(order.pickup_snapshot),
            dropoff=BarePlaceView.of(order.delivery_snapshot),
            ready_at=delivery.ready_at,
            distance_m=offer.distance_m,
            duration_s=offer.duration_s,
            fee=MoneyView(amount=delivery.fee_minor, currency=delivery.currency),
            items=delivery.items,
        )


class OffersView(View):
    """The courier's open offers."""

    offers: list[OfferView]


class OfferRecordView(View):
    """An offer as staff see it, with the card that explains it."""

    id: OfferId
    courier_id: CourierId
    status: OfferStatus
    source: OfferSource
    score: int
    distance_m: int
    duration_s: int
    card: dict[str, Any]
    reject_reason: str | None
    offered_at: Moment
    expires_at: Moment
    answered_at: Moment | None

    @classmethod
    def of(cls, offer: Offer) -> Self:
        """Return the view of `offer`."""
        return cls(**{name: getattr(offer, name) for name in cls.model_fields})
