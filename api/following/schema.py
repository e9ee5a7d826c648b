"""What clients send to follow things live, and get."""

from typing import Annotated

from pydantic import Field

from api.deliveries.lifecycle import DeliveryStatus
from api.kit.ids import OrderId
from api.kit.schema import Draft, Moment, View
from api.orders.lifecycle import OrderStatus
from api.orders.schema import BarePlaceView


class TicketDraft(Draft):
    """Which of the own orders to follow (customers)."""

    order_ids: Annotated[list[OrderId], Field(max_length=50)] | None = None


class TicketView(View):
    """A ticket to the realtime program: once, within 30 seconds."""

    ticket: str
    url: str
    expires_at: Moment


class LinkPath(Draft):
    """The token of a tracking link."""

    token: Annotated[str, Field(min_length=10, max_length=100)]


class LinkView(View):
    """A link that lets its holder follow one order."""

    token: str
    path: str
    expires_at: Moment


class FollowedPosition(View):
    """Where the courier is; before pickup only roughly."""

    latitude: float
    longitude: float
    heading_deg: float | None
    fixed_at: Moment
    exact: bool


class TrackingView(View):
    """What somebody who follows an order may know; no phone numbers, no other orders."""

    order_id: OrderId
    order_number: str
    order_status: OrderStatus
    delivery_status: DeliveryStatus | None
    company_name: str | None
    pickup: BarePlaceView
    dropoff: BarePlaceView
    promised_from: Moment
    promised_until: Moment
    placed_at: Moment
    ready_at: Moment
    picked_up_at: Moment | None
    delivered_at: Moment | None
    eta_at: Moment | None
    eta_from: Moment | None
    eta_until: Moment | None
    reached_at: Moment | None
    courier_name: str | None
    courier_vehicle: str | None
    stops_before: int
    position: FollowedPosition | None
    is_gift: bool
    gift_message: str | None
