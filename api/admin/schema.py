"""What dispatchers send when they step in, the whole picture of a delivery, the last hour."""

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


class LastHourView(View):
    """What was handed over within the last hour of the business clock."""

    delivered: int
    on_time: int
    door_median_s: Annotated[int | None, Field(description="from the order to the door, seconds")]
