"""The snapshot: everything dispatch must know of one zone at one instant, as a `Problem`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.couriers.lifecycle import ON_SHIFT, CourierStatus
from api.deliveries.lifecycle import ABOARD, DeliveryStatus
from api.deliveries.model import StopKind
from api.kit.ids import CourierId, DeliveryId, ZoneId
from api.kit.statement import Query
from api.kit.work import Work
from api.orders.lifecycle import WAITING_FOR_PICKUP
from api.planning import POLICY, TRAVEL
from api.settings import SETTINGS
from dispatch.assemble import assemble
from dispatch.model import NO_DUE, Bar, CourierView, DeliveryView, Kind, Load, Stop
from dispatch.problem import Kept, Problem
from dispatch.reasons import WhyNot
from geo.point import Plane, Point
from geo.travel import DetourModel
from geo.vehicle import Vehicle
from tracking.positions import Position, Positions

SOON = timedelta(minutes=5)
"""How long before dispatch plans a delivery it comes into the snapshot. Orders for other days stay
out: 800 of them cost every tick a quarter of a second, only to be left for later again."""

PASSING_BARS = timedelta(minutes=2)
"""How long a courier is not asked again after letting an offer expire, or after a dispatcher took
the delivery back (business time)."""

_BARRED_BY = {
    "rejected": WhyNot.BARRED_REFUSED,
    "courier": WhyNot.BARRED_REFUSED,
    "expired": WhyNot.BARRED_EXPIRED,
    "operator": WhyNot.BARRED_TAKEN_BACK,
}
"""What the status of an ended offer, or who ended an assignment, means for its courier."""

LONG_S = 100 * 86_400
"""Further away, in the past or to come, is as good as this."""


@dataclass(frozen=True, slots=True)
class WaitingDelivery:
    """A delivery that waits for a courier."""

    id: DeliveryId
    zone_id: ZoneId
    pickup_location: Point
    dropoff_location: Point
    ready_at: datetime
    window_start: datetime | None
    window_end: datetime
    items: int
    weight_grams: int
    volume_cm3: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CourierRow:
    """A courier on shift."""

    id: CourierId
    zone_id: ZoneId
    status: CourierStatus
    is_active: bool
    vehicle_type: Vehicle
    capacity_items: int
    capacity_grams: int
    capacity_cm3: int
    shift_started_at: datetime | None
    shift_ends_at: datetime | None
    has_offer: bool
    done: int


@dataclass(frozen=True, slots=True)
class StopRow:
    """A stop that a courier still has to make."""

    id: UUID
    courier_id: CourierId
    delivery_id: DeliveryId
    order_id: UUID
    zone_id: ZoneId
    kind: StopKind
    status: DeliveryStatus
    pickup_location: Point
    dropoff_location: Point
    ready_at: datetime
    window_start: datetime | None
    window_end: datetime
    service_s: int
    items: int
    weight_grams: int
    volume_cm3: int
    eta_at: datetime | None
    eta_from: datetime | None
    eta_until: datetime | None

    @property
    def goes_back(self) -> bool:
        """Tell whether the stop is the shop that something failed goes back to, at any time."""
        return self.status is DeliveryStatus.FAILED

    @property
    def place(self) -> Point:
        """Where the stop leads."""
        if self.kind is StopKind.PICKUP or self.goes_back:
            return self.pickup_location
        return self.dropoff_location


@dataclass(frozen=True, slots=True)
class BarRow:
    """A courier who is not to be asked; `cause` is how their offer or assignment ended."""

    delivery_id: DeliveryId
    courier_id: CourierId
    cause: str


_WAITING = Query(
    WaitingDelivery,
    """
    SELECT d.* FROM deliveries AS d JOIN orders AS o ON o.id = d.order_id
    WHERE d.status = 'pending' AND d.ready_at < :until AND o.status = ANY(:waiting)
      AND NOT EXISTS (SELECT FROM delivery_offers AS f
                      WHERE f.delivery_id = d.id AND f.status = 'offered')
    ORDER BY d.id
    """,
)
_COURIERS = Query(
    CourierRow,
    """
    WITH on_shift AS (
        SELECT * FROM couriers WHERE home_zone_id = ANY(:zone_ids) AND status = ANY(:on_shift)
    ), done AS (  -- one range of time for all: what a courier did in years is not read
        SELECT d.courier_id, count(*) AS done
        FROM deliveries AS d JOIN on_shift AS c ON c.id = d.courier_id
        WHERE d.delivered_at >= (SELECT min(shift_started_at) FROM on_shift)
          AND d.delivered_at >= c.shift_started_at AND d.status = 'delivered'
        GROUP BY d.courier_id
    )
    SELECT c.*, c.home_zone_id AS zone_id, coalesce(done.done, 0) AS done,
           EXISTS (SELECT FROM delivery_offers AS f
                   WHERE f.courier_id = c.id AND f.status = 'offered') AS has_offer
    FROM on_shift AS c LEFT JOIN done ON done.courier_id = c.id
    ORDER BY c.id
    """,
)
_STOPS = Query(
    StopRow,
    """
    SELECT s.id, r.courier_id, s.delivery_id, d.order_id, d.zone_id, s.kind, d.status,
           d.pickup_location, d.dropoff_location, d.ready_at, d.window_start, d.window_end,
           s.service_s, d.items, d.weight_grams, d.volume_cm3, d.eta_at, d.eta_from, d.eta_until
    FROM route_stops AS s
    JOIN delivery_routes AS r ON r.id = s.route_id AND r.status = 'in_progress'
    JOIN deliveries AS d ON d.id = s.delivery_id
    JOIN couriers AS c ON c.id = r.courier_id
    WHERE s.done_at IS NULL AND c.home_zone_id = ANY(:zone_ids)
    ORDER BY r.courier_id, d.status = 'failed', s.seq  -- as the route is shown to the courier
    """,
)
_BARS = Query(
    BarRow,
    """
    WITH attempts AS (  -- what couriers said of an attempt before does not count for the next one
        SELECT a.delivery_id, coalesce(max(e.seq), 0) AS seq, max(e.at) AS began_at
        FROM unnest(:delivery_ids::uuid[]) AS a(delivery_id)
        LEFT JOIN delivery_events AS e ON e.delivery_id = a.delivery_id
             AND e.old_status = 'returned' AND e.new_status = 'pending'
        GROUP BY a.delivery_id
    )
    SELECT f.delivery_id, f.courier_id, f.status AS cause
    FROM delivery_offers AS f JOIN attempts AS a USING (delivery_id)
    WHERE (f.status = 'rejected' OR f.status = 'expired' AND f.answered_at > :since)
      AND (a.began_at IS NULL OR f.offered_at >= a.began_at)
    UNION ALL
    SELECT e.delivery_id, e.courier_id, e.data ->> 'by'
    FROM delivery_events AS e JOIN attempts AS a USING (delivery_id)
    WHERE e.seq > a.seq AND e.old_status = 'assigned_to_courier' AND e.new_status = 'pending'
      AND (e.data ->> 'by' = 'courier' OR e.data ->> 'by' = 'operator' AND e.at > :since)
    """,
)


@dataclass(frozen=True, slots=True)
class Market:
    """The rows of some zones, read at one instant."""

    now: datetime
    waiting: list[WaitingDelivery]
    couriers: list[CourierRow]
    stops: dict[CourierId, list[StopRow]]
    bars: dict[DeliveryId, list[BarRow]]
    positions: dict[UUID, Position]


async def waiting_deliveries(work: Work) -> list[WaitingDelivery]:
    """Return every delivery that waits for a courier and is ready soon enough to be planned."""
    until = work.now + timedelta(seconds=work[POLICY].horizon_s) + SOON
    return await _WAITING.all(work.db, waiting=list(WAITING_FOR_PICKUP), until=until)


async def read_market(
    work: Work, live: Positions, zone_ids: Sequence[ZoneId], waiting: list[WaitingDelivery]
) -> Market:
    """Read couriers, their routes and positions, and who is barred from what waits."""
    couriers = await _COURIERS.all(work.db, zone_ids=list(zone_ids), on_shift=list(ON_SHIFT))
    stops: dict[CourierId, list[StopRow]] = defaultdict(list)
    for stop in await _STOPS.all(work.db, zone_ids=list(zone_ids)):
        stops[stop.courier_id].append(stop)
    bars: dict[DeliveryId, list[BarRow]] = defaultdict(list)
    ids = [delivery.id for delivery in waiting]
    for bar in await _BARS.all(work.db, delivery_ids=ids, since=work.now - PASSING_BARS):
        bars[bar.delivery_id].append(bar)
    positions = await live.of([courier.id for courier in couriers])
    return Market(work.now, waiting, couriers, stops, bars, positions)


def problem_of(
    market: Market, zone_id: ZoneId, work: Work, live: Positions, kept: Kept | None = None
) -> Problem | None:
    """Return the dispatch problem of one zone; None where nothing waits there.

    `kept` is the plan of the last tick, to go on from.
    """
    waiting = [delivery for delivery in market.waiting if delivery.zone_id == zone_id]
    if not waiting:
        return None
    plane = plane_of(waiting[0].pickup_location)
    couriers = [
        courier_view(market, row, plane, work[TRAVEL], live)
        for row in market.couriers
        if row.zone_id == zone_id
    ]
    service_s = work[SETTINGS].dispatch_service_s
    deliveries = [_delivery_view(market, row, plane, service_s) for row in waiting]
    now_ms = round(market.now.timestamp() * 1000)
    return assemble(zone_id.bytes, now_ms, couriers, deliveries, kept)


def plane_of(place: Point) -> Plane:
    """Return a plane near `place` that stays the same from tick to tick."""
    return Plane(Point(round(place.lat, 1), round(place.lng, 1)))


def courier_view(
    market: Market, row: CourierRow, plane: Plane, travel: DetourModel, live: Positions
) -> CourierView:
    """Return a courier as dispatch sees one; without a position at a place of no meaning."""
    position = market.positions.get(row.id)
    x_m, y_m = plane.xy_of(Point(position.lat, position.lng)) if position else (0.0, 0.0)
    stops = market.stops.get(row.id, [])
    ends_s = LONG_S
    if row.shift_ends_at is not None:
        ends_s = _seconds(market, row.shift_ends_at)
    starts_s = 0 if row.shift_started_at is None else _seconds(market, row.shift_started_at)
    aboard = [stop for stop in stops if stop.status in ABOARD and stop.kind is StopKind.DROPOFF]
    return CourierView(
        id=row.id.bytes,
        x_m=round(x_m),
        y_m=round(y_m),
        speed_mm_s=travel.straight_mm_s(row.vehicle_type),
        shift_start_s=starts_s,
        shift_end_s=ends_s,
        capacity=Load(row.capacity_items, row.capacity_grams, row.capacity_cm3),
        load=Load(
            sum(stop.items for stop in aboard),
            sum(stop.weight_grams for stop in aboard),
            sum(stop.volume_cm3 for stop in aboard),
        ),
        done=row.done,
        pinned=0 if not stops or stops[0].goes_back else 1,
        excluded=_excluded(row, position, live),
        stops=tuple(_stop(market, stop, plane) for stop in stops),
    )


def _excluded(row: CourierRow, position: Position | None, live: Positions) -> WhyNot:
    if not row.is_active:
        return WhyNot.BLOCKED
    if row.status is CourierStatus.ON_BREAK:
        return WhyNot.ON_BREAK
    if position is None or live.is_stale(position):
        return WhyNot.SILENT
    return WhyNot.OFFER_OPEN if row.has_offer else WhyNot.NOTHING


def _stop(market: Market, row: StopRow, plane: Plane) -> Stop:
    at_pickup = row.kind is StopKind.PICKUP
    x_m, y_m = plane.xy_of(row.place)
    opens = row.ready_at if at_pickup else row.window_start
    is_due = not at_pickup and not row.goes_back
    return Stop(
        delivery=row.delivery_id.bytes,
        kind=Kind.PICKUP if at_pickup else Kind.DROPOFF,
        x_m=round(x_m),
        y_m=round(y_m),
        open_s=_seconds(market, opens) if opens and not row.goes_back else 0,
        due_s=_seconds(market, row.window_end) if is_due else NO_DUE,
        service_s=row.service_s,
        demand=Load(row.items, row.weight_grams, row.volume_cm3),
    )


def _delivery_view(
    market: Market, row: WaitingDelivery, plane: Plane, service_s: int
) -> DeliveryView:
    demand = Load(row.items, row.weight_grams, row.volume_cm3)
    pickup, dropoff = (plane.xy_of(place) for place in (row.pickup_location, row.dropoff_location))
    return DeliveryView(
        pickup=Stop(
            delivery=row.id.bytes,
            kind=Kind.PICKUP,
            x_m=round(pickup[0]),
            y_m=round(pickup[1]),
            open_s=_seconds(market, row.ready_at),
            service_s=service_s,
            demand=demand,
        ),
        dropoff=Stop(
            delivery=row.id.bytes,
            kind=Kind.DROPOFF,
            x_m=round(dropoff[0]),
            y_m=round(dropoff[1]),
            open_s=_seconds(market, row.window_start) if row.window_start else 0,
            due_s=_seconds(market, row.window_end),
            service_s=service_s,
            demand=demand,
        ),
        age_s=max(0, -_seconds(market, row.created_at)),
        barred=_bars(market.bars, row.id),
    )


def _bars(bars: Mapping[DeliveryId, Sequence[BarRow]], delivery_id: DeliveryId) -> tuple[Bar, ...]:
    """Return each barred courier once; a refusal weighs more than what passes."""
    found: dict[bytes, WhyNot] = {}
    for row in bars.get(delivery_id, ()):
        reason = _BARRED_BY[row.cause]
        known = found.get(row.courier_id.bytes)
        if known is not WhyNot.BARRED_REFUSED:
            found[row.courier_id.bytes] = reason
    return tuple(Bar(courier, reason) for courier, reason in sorted(found.items()))


def _seconds(market: Market, moment: datetime) -> int:
    """Return seconds from now, as far as dispatch looks: a shift may end in the year 2099."""
    return max(-LONG_S, min(LONG_S, round((moment - market.now).total_seconds())))
