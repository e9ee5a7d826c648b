"""What dispatchers send when they step in, and the whole picture of a delivery."""

from typing import Annotated

from pydantic import Field

from api.couriers.schema import StaffCourierView
from api.deliveries.schema import DeliveryEventView, DeliveryView
from api.kit.ids import CourierId
from api.kit.schema import Draft, View
from api.offers.schema import OfferRecordView
from api.orders.schema import OrderDetailView


class HandAssignment(Draft):
    """Who is to carry it, and why the dispatcher thinks so."""

    courier_id: CourierId
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class DeliveryDossier(View):
    """Everything about a delivery: order, offers with their cards, journal, courier."""

    delivery: DeliveryView
    order: OrderDetailView
    courier: StaffCourierView | None
    why_unassigned: str | None
    offers: list[OfferRecordView]
    events: list[DeliveryEventView]
