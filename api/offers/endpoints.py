"""The door of offers: what the courier is offered and answers."""

from api.deliveries import service as deliveries
from api.deliveries.model import Delivery
from api.deliveries.schema import CourierDeliveryView
from api.kit.endpoint import Endpoint, Owner
from api.kit.schema import Empty, Nothing
from api.kit.work import Work
from api.offers import service
from api.offers.model import Offer
from api.offers.schema import OfferPath, OffersView, OfferView, Rejection
from api.orders import service as orders


async def open_offers(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> OffersView:
    """The courier's open offers."""
    found = await service.open_offers(work)
    return OffersView(offers=[await _view(work, offer) for offer in found])


async def accept(
    work: Work, path: OfferPath, _query: Nothing, _body: Nothing
) -> CourierDeliveryView:
    """Take the delivery; exactly one courier can."""
    delivery = await service.accept(work, path.offer_id)
    return await _with_order(work, delivery)


async def reject(work: Work, path: OfferPath, _query: Nothing, draft: Rejection) -> Empty:
    """Turn the offer down."""
    await service.reject(work, path.offer_id, draft.reason)
    return Empty()


async def _view(work: Work, offer: Offer) -> OfferView:
    delivery = await deliveries.get(work, offer.delivery_id)
    return OfferView.of(offer, delivery, await orders.get(work, delivery.order_id))


async def _with_order(work: Work, delivery: Delivery) -> CourierDeliveryView:
    order = await orders.get(work, delivery.order_id)
    return CourierDeliveryView.with_order(delivery, order)


_OWN = "/api/v1/courier/offers"

ENDPOINTS = (
    Endpoint("GET", _OWN, open_offers, "carry:read", Owner.OWN_DELIVERIES),
    Endpoint("POST", f"{_OWN}/{{offerId}}/accept", accept, "carry:work", Owner.OWN_DELIVERIES),
    Endpoint(
        "POST",
        f"{_OWN}/{{offerId}}/reject",
        reject,
        "carry:work",
        Owner.OWN_DELIVERIES,
        status=204,
    ),
)
