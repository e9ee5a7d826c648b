"""What clients send to deliveries and get from them."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from api.deliveries.lifecycle import OPEN, DeliveryStatus, FailureReason
from api.deliveries.model import Delivery, DeliveryEvent, StopKind
from api.kit.ids import CourierId, DeliveryId, OrderId, ZoneId
from api.kit.schema import (
    AfterQuery,
    Draft,
    Latitude,
    Longitude,
    LongText,
    Moment,
    MoneyView,
    ShortText,
    View,
    WhenGiven,
    wrong,
)
from api.orders.model import Order
from api.orders.schema import PlaceView
from geo.point import Point


class DeliveryPath(Draft):
    """Which delivery."""

    delivery_id: DeliveryId


class DeliveryQuery(AfterQuery):
    """Which deliveries, newest first."""

    status: list[DeliveryStatus] | None = None
    courier_id: CourierId | None = None
    order_id: OrderId | None = None
    zone_id: ZoneId | None = None


class WhereWhen(Draft):
    """Where and when it happened, as the courier's phone saw it."""

    latitude: Latitude | None = None
    longitude: Longitude | None = None
    client_ts: WhenGiven | None = None

    @model_validator(mode="after")
    def _a_place_has_two_numbers(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            missing = "latitude" if self.latitude is None else "longitude"
            raise wrong(missing, "required", "send latitude and longitude, or neither")
        return self

    @property
    def point(self) -> Point | None:
        """Return the place, where one was sent."""
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)


class CourierMove(WhereWhen):
    """What the courier did: took it, left with it, could not deliver, gave it back."""

    status: Literal[
        DeliveryStatus.PENDING,
        DeliveryStatus.PICKED_UP,
        DeliveryStatus.IN_TRANSIT,
        DeliveryStatus.FAILED,
        DeliveryStatus.RETURNED,
    ]
    reason: FailureReason | None = None
    comment: LongText | None = None

    @model_validator(mode="after")
    def _a_failure_has_a_reason(self) -> Self:
        if self.status is DeliveryStatus.FAILED and self.reason is None:
            message = "a failed delivery needs a reason: " + ", ".join(FailureReason)
            raise wrong("reason", "required", message)
        return self


class Completion(WhereWhen):
    """The goods were handed over."""

    received_by: ShortText | None = None
    comment: LongText | None = None


class StaffMove(Draft):
    """What an operator decides about a delivery."""

    status: Literal[
        DeliveryStatus.PENDING,
        DeliveryStatus.IN_TRANSIT,
        DeliveryStatus.FAILED,
        DeliveryStatus.RETURNED,
    ]
    reason: FailureReason | None = None
    comment: Annotated[str, Field(min_length=1, max_length=2000)]


class DeliveryView(View):
    """A delivery."""

    id: DeliveryId
    order_id: OrderId
    courier_id: CourierId | None
    zone_id: ZoneId
    status: DeliveryStatus
    ready_at: Moment
    window_start: Moment | None
    window_end: Moment
    assigned_at: Moment | None
    picked_up_at: Moment | None
    delivered_at: Moment | None
    eta_at: Moment | None
    eta_from: Moment | None
    eta_until: Moment | None
    distance_m: int
    fee: MoneyView
    items: int
    weight_grams: int
    volume_cm3: int
    attempt: int
    failure_reason: FailureReason | None
    received_by: str | None
    version: int

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """Return the view of `delivery`."""
        return cls(**_common(delivery))


_NOBODY = {"contact_name": None, "contact_phone": None, "notes": None}


class CourierDeliveryView(DeliveryView):
    """A delivery as its courier sees it, with the places to go to."""

    order_number: str
    order_status: str
    pickup: PlaceView
    dropoff: PlaceView
    notes: str | None
    recipient_name: str | None
    recipient_phone: str | None

    @classmethod
    def with_order(cls, delivery: Delivery, order: Order) -> Self:
        """Return the view of `delivery` with what the courier needs of its order.

        How to reach people is told as long as the courier works on it.
        """
        pickup = PlaceView.model_validate(order.pickup_snapshot)
        dropoff = PlaceView.model_validate(order.delivery_snapshot)
        plain = {"order_number": order.order_number, "order_status": order.status}
        if delivery.status not in OPEN:
            return cls(
                **_common(delivery),
                **plain,
                pickup=pickup.model_copy(update=_NOBODY),
                dropoff=dropoff.model_copy(update=_NOBODY),
                notes=None,
                recipient_name=None,
                recipient_phone=None,
            )
        return cls(
            **_common(delivery),
            **plain,
            pickup=pickup,
            dropoff=dropoff,
            notes=order.notes,
            recipient_name=order.recipient_name,
            recipient_phone=order.recipient_phone,
        )


class DeliveryEventView(View):
    """One line of a delivery's journal."""

    seq: int
    kind: str
    old_status: DeliveryStatus | None
    new_status: DeliveryStatus | None
    courier_id: CourierId | None
    data: dict[str, Any]
    at: Moment

    @classmethod
    def of(cls, event: DeliveryEvent) -> Self:
        """Return the view of `event`."""
        return cls(**{name: getattr(event, name) for name in cls.model_fields})


class StopView(View):
    """A stop that the courier still has to make."""

    delivery_id: DeliveryId
    order_id: OrderId
    kind: StopKind
    latitude: float
    longitude: float
    address: str
    eta_at: Moment | None
    reached_at: Moment | None


class RouteView(View):
    """The courier's stops, in sequence."""

    stops: list[StopView]


class ActiveView(View):
    """What the courier works on, in the sequence of the next stops."""

    deliveries: list[CourierDeliveryView]


def _common(delivery: Delivery) -> dict[str, Any]:
    fields = {name: getattr(delivery, name) for name in DeliveryView.model_fields if name != "fee"}
    return fields | {"fee": MoneyView(amount=delivery.fee_minor, currency=delivery.currency)}
