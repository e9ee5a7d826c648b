"""What clients send to orders and get from them."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from api.identity.schema import Phone
from api.kit.ids import CompanyId, OrderId, SlotId, UserId, ZoneId
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
from api.orders.lifecycle import OrderStatus
from api.orders.model import Order, OrderItem, OrderKind, PaymentMethod, StatusChange
from geo.point import Point

HEAVIEST_GRAMS = 50_000_000
LARGEST_CM3 = 100_000_000


class PlaceDraft(Draft):
    """A place to fetch from or bring to, and whom to ask for there."""

    latitude: Latitude
    longitude: Longitude
    address: Annotated[str, Field(min_length=1, max_length=300)]
    contact_name: ShortText | None = None
    contact_phone: Phone | None = None
    notes: LongText | None = None

    @property
    def point(self) -> Point:
        """Return the place on the globe."""
        return Point(self.latitude, self.longitude)


class ItemDraft(Draft):
    """A line of the order in free words; weight and volume are per piece."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    quantity: Annotated[int, Field(ge=1, le=1000)] = 1
    weight_grams: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    volume_cm3: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class GiftDraft(Draft):
    """Somebody else receives it."""

    message: LongText | None = None
    recipient_name: ShortText
    recipient_phone: Phone | None = None
    hide_price: bool = True


class OrderDraft(Draft):
    """An order by direct request: from here to there, these things.

    With `companyId` the shop marks it ready; without, the sender has it ready at `readyAt`.
    Without a window the promise is worked out from readiness and distance. With `slotId` the order
    takes a place of that delivery slot, and the slot's hours are the window; `readyAt` is then
    just in time for it, unless told otherwise.
    An `externalReference` names the order in another system: no two orders of a company, or of a
    customer, have the same.
    """

    company_id: CompanyId | None = None
    external_reference: ShortText | None = None
    pickup: PlaceDraft
    dropoff: PlaceDraft
    items: Annotated[list[ItemDraft], Field(min_length=1, max_length=100)]
    ready_at: WhenGiven | None = None
    window_start: WhenGiven | None = None
    window_end: WhenGiven | None = None
    slot_id: SlotId | None = None
    payment_method: PaymentMethod = PaymentMethod.CASH
    notes: LongText | None = None
    gift: GiftDraft | None = None

    @model_validator(mode="after")
    def _one_courier_can_carry_it(self) -> Self:
        grams = sum(item.quantity * item.weight_grams for item in self.items)
        cm3 = sum(item.quantity * item.volume_cm3 for item in self.items)
        if grams > HEAVIEST_GRAMS or cm3 > LARGEST_CM3:
            message = "the items together weigh over 50 t or measure over 100 m3: split the order"
            raise wrong("items", "too_much", message)
        return self

    @model_validator(mode="after")
    def _a_window_has_two_ends(self) -> Self:
        if (self.window_start is None) != (self.window_end is None):
            missing = "windowStart" if self.window_start is None else "windowEnd"
            raise wrong(missing, "required", "send windowStart and windowEnd, or neither")
        if self.window_start and self.window_end and self.window_start >= self.window_end:
            raise wrong("windowEnd", "too_early", "must lie after windowStart")
        return self


class OrderPath(Draft):
    """Which order."""

    order_id: OrderId


class OrderQuery(AfterQuery):
    """Which orders, newest first."""

    status: list[OrderStatus] | None = None


class StaffOrderQuery(OrderQuery):
    """Which orders of the platform, newest first."""

    zone_id: ZoneId | None = None
    company_id: CompanyId | None = None
    search: Annotated[str, Field(max_length=50)] | None = None


class CancelDraft(Draft):
    """Why the order is cancelled."""

    reason: LongText | None = None


class StatusDraft(Draft):
    """Where the order goes next."""

    status: OrderStatus
    comment: LongText | None = None


class BarePlaceView(View):
    """Where a place is; nothing of the people there."""

    latitude: float
    longitude: float
    address: str

    @classmethod
    def of(cls, snapshot: Mapping[str, Any]) -> Self:
        """Return the view of a place as it was given."""
        return cls(**{name: snapshot[name] for name in cls.model_fields})


class PlaceView(BarePlaceView):
    """A place as it was given."""

    contact_name: str | None
    contact_phone: str | None
    notes: str | None


class ItemView(View):
    """A line of the order."""

    title: str
    quantity: int
    weight_grams: int
    volume_cm3: int

    @classmethod
    def of(cls, item: OrderItem) -> Self:
        """Return the view of `item`."""
        return cls(**{name: getattr(item, name) for name in cls.model_fields})


class GiftView(View):
    """Who receives it."""

    message: str | None
    recipient_name: str | None
    recipient_phone: str | None
    hide_price: bool


class OrderView(View):
    """An order."""

    id: OrderId
    order_number: str
    user_id: UserId
    company_id: CompanyId | None
    zone_id: ZoneId
    slot_id: SlotId | None
    kind: OrderKind
    status: OrderStatus
    pickup: PlaceView
    dropoff: PlaceView
    delivery_fee: MoneyView
    total: MoneyView
    payment_method: PaymentMethod
    external_reference: str | None
    notes: str | None
    gift: GiftView | None
    ready_at: Moment
    promised_from: Moment
    promised_until: Moment
    placed_at: Moment
    cancel_reason: str | None
    version: int

    @classmethod
    def of(cls, order: Order) -> Self:
        """Return the view of `order`."""
        return cls(**_common(order))


class OrderDetailView(OrderView):
    """An order with its lines."""

    items: list[ItemView]

    @classmethod
    def with_items(cls, order: Order, items: list[OrderItem]) -> Self:
        """Return the view of `order` and its lines."""
        return cls(**_common(order), items=[ItemView.of(item) for item in items])


class HistoryLineView(View):
    """One change of status."""

    old_status: OrderStatus | None
    new_status: OrderStatus
    comment: str | None
    at: Moment

    @classmethod
    def of(cls, change: StatusChange) -> Self:
        """Return the view of `change`."""
        return cls(
            old_status=change.old_status,
            new_status=change.new_status,
            comment=change.comment,
            at=change.created_at,
        )


class HistoryView(View):
    """Every change of an order's status, oldest first."""

    changes: list[HistoryLineView]


def _common(order: Order) -> dict[str, object]:
    gift = GiftView(
        message=order.gift_message,
        recipient_name=order.recipient_name,
        recipient_phone=order.recipient_phone,
        hide_price=order.hide_price,
    )
    return {
        "id": order.id,
        "order_number": order.order_number,
        "user_id": order.user_id,
        "company_id": order.company_id,
        "zone_id": order.zone_id,
        "slot_id": order.slot_id,
        "kind": order.kind,
        "status": order.status,
        "pickup": PlaceView.model_validate(order.pickup_snapshot),
        "dropoff": PlaceView.model_validate(order.delivery_snapshot),
        "delivery_fee": MoneyView(amount=order.delivery_fee_minor, currency=order.currency),
        "total": MoneyView(amount=order.total_minor, currency=order.currency),
        "payment_method": order.payment_method,
        "external_reference": order.external_reference,
        "notes": order.notes,
        "gift": gift if order.is_gift else None,
        "ready_at": order.ready_at,
        "promised_from": order.promised_from,
        "promised_until": order.promised_until,
        "placed_at": order.created_at,
        "cancel_reason": order.cancel_reason,
        "version": order.version,
    }
