"""The route a courier is on: its stops in sequence, kept in step with the deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.deliveries.events import RouteChanged, StopReached
from api.deliveries.lifecycle import BROUGHT
from api.deliveries.model import Delivery, RouteStop, StopKind
from api.kit.ids import CourierId, DeliveryId, OrderId, RouteId, ZoneId, new_id
from api.kit.statement import Command, Query
from api.kit.work import Work


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop as a plan names it."""

    delivery_id: DeliveryId
    kind: StopKind


@dataclass(frozen=True, slots=True)
class ReachedStop:
    """A stop where the courier has just come."""

    delivery_id: DeliveryId
    order_id: OrderId
    zone_id: ZoneId
    courier_id: CourierId
    kind: StopKind
    reached_at: datetime


_RUNNING = Query(
    UUID,
    """
    SELECT id FROM delivery_routes
    WHERE courier_id = :courier_id AND status = 'in_progress' FOR NO KEY UPDATE
    """,
)
_START = Command(
    """
    INSERT INTO delivery_routes
        (id, courier_id, zone_id, date, name, status, created_at, updated_at)
    VALUES (:id, :courier_id, :zone_id, :now::timestamptz::date, 'live', 'in_progress', :now, :now)
    """
)
_FINISH = Command(
    """
    UPDATE delivery_routes AS r SET status = 'completed', updated_at = :now
    WHERE r.courier_id = :courier_id AND r.status = 'in_progress'
      AND NOT EXISTS (SELECT FROM route_stops WHERE route_id = r.id AND done_at IS NULL)
    """
)
_WAITING = Query(
    RouteStop,
    """
    SELECT s.* FROM route_stops AS s JOIN delivery_routes AS r ON r.id = s.route_id
    JOIN deliveries AS d ON d.id = s.delivery_id
    WHERE r.courier_id = :courier_id AND r.status = 'in_progress' AND s.done_at IS NULL
    ORDER BY d.status = 'failed', s.seq
    """,
)
_ADD = Command(
    """
    INSERT INTO route_stops (id, route_id, delivery_id, kind, seq, service_s, created_at)
    VALUES (:id, :route_id, :delivery_id, :kind, 0, :service_s, :now)
    ON CONFLICT (route_id, delivery_id, kind) DO UPDATE SET done_at = NULL, reached_at = NULL
    """
)
_SEQUENCE = Command(
    """
    UPDATE route_stops AS s SET seq = n.seq
    FROM unnest(:delivery_ids::uuid[], :kinds::text[], :seqs::int[]) AS n(delivery_id, kind, seq)
    WHERE s.route_id = :route_id AND s.delivery_id = n.delivery_id AND s.kind = n.kind
      AND s.done_at IS NULL
    """
)
_DONE = Command(
    """
    UPDATE route_stops AS s SET done_at = :now
    FROM delivery_routes AS r
    WHERE r.id = s.route_id AND r.courier_id = :courier_id AND r.status = 'in_progress'
      AND s.delivery_id = :delivery_id AND s.kind = :kind AND s.done_at IS NULL
    """
)
_DROP = Command(
    """
    DELETE FROM route_stops AS s USING delivery_routes AS r
    WHERE r.id = s.route_id AND r.courier_id = :courier_id AND r.status = 'in_progress'
      AND s.delivery_id = :delivery_id AND s.done_at IS NULL
    """
)
_AGAIN = Command(
    """
    UPDATE route_stops AS s SET reached_at = NULL, seq = (
        SELECT min(seq) - 1 FROM route_stops WHERE route_id = s.route_id AND done_at IS NULL)
    FROM delivery_routes AS r
    WHERE r.id = s.route_id AND r.courier_id = :courier_id AND r.status = 'in_progress'
      AND s.delivery_id = :delivery_id AND s.done_at IS NULL
    """
)
_SET_ETAS = Command(
    """
    WITH free AS (
        SELECT id FROM route_stops
        WHERE id = ANY(:ids) AND done_at IS NULL FOR NO KEY UPDATE SKIP LOCKED
    )
    UPDATE route_stops AS s SET eta_at = n.eta_at
    FROM unnest(:ids::uuid[], :etas::timestamptz[]) AS n(id, eta_at) JOIN free USING (id)
    WHERE s.id = n.id
    """
)
_REACHED = Query(
    ReachedStop,
    """
    UPDATE route_stops AS s SET reached_at = n.at
    FROM (SELECT stop_id, courier_id, min(at) AS at
          FROM unnest(:ids::uuid[], :courier_ids::uuid[], :times::timestamptz[])
               AS t(stop_id, courier_id, at)
          GROUP BY stop_id, courier_id) AS n
    JOIN delivery_routes AS r ON r.courier_id = n.courier_id AND r.status = 'in_progress'
    JOIN deliveries AS d ON d.courier_id = n.courier_id
    WHERE s.id = n.stop_id AND s.route_id = r.id AND s.delivery_id = d.id
      AND s.done_at IS NULL AND s.reached_at IS NULL
      AND (s.kind = 'pickup' OR d.status = ANY(:brought))
    RETURNING s.delivery_id, d.order_id, d.zone_id, r.courier_id, s.kind, s.reached_at
    """,
)


async def waiting_stops(work: Work, courier_id: CourierId) -> list[RouteStop]:
    """Return the stops a courier still has to make, in sequence.

    What has failed goes back to the shop after all others.
    """
    return await _WAITING.all(work.db, courier_id=courier_id)


async def add_delivery(
    work: Work,
    courier_id: CourierId,
    delivery: Delivery,
    plan: Sequence[PlannedStop],
    service_s: int,
) -> None:
    """Add pickup and dropoff of a delivery to the courier's route, in the sequence of `plan`.

    A plan that no longer fits (stops were done or added meanwhile) is not followed: then the two
    stops go to the end, which is always possible.
    """
    route_id = await _running(work, courier_id, delivery.zone_id)
    waiting = [
        PlannedStop(stop.delivery_id, stop.kind) for stop in await waiting_stops(work, courier_id)
    ]
    added = [PlannedStop(delivery.id, StopKind.PICKUP), PlannedStop(delivery.id, StopKind.DROPOFF)]
    for stop in added:
        await _ADD.run(
            work.db,
            id=new_id(),
            route_id=route_id,
            delivery_id=stop.delivery_id,
            kind=stop.kind,
            service_s=service_s,
            now=work.now,
        )
    fits = set(plan) == {*waiting, *added} and len(plan) == len(waiting) + 2
    sequence = list(plan) if fits else waiting + added
    await _SEQUENCE.run(
        work.db,
        route_id=route_id,
        delivery_ids=[stop.delivery_id for stop in sequence],
        kinds=[stop.kind for stop in sequence],
        seqs=list(range(1, len(sequence) + 1)),
    )
    work.emit(RouteChanged(courier_id))


async def stop_done(
    work: Work, courier_id: CourierId, delivery_id: DeliveryId, kind: StopKind
) -> None:
    """Note that a stop was made; the route ends with its last stop."""
    await _DONE.run(
        work.db, courier_id=courier_id, delivery_id=delivery_id, kind=kind, now=work.now
    )
    await _FINISH.run(work.db, courier_id=courier_id, now=work.now)
    work.emit(RouteChanged(courier_id))


def turned(work: Work, courier_id: CourierId) -> None:
    """Tell that the route leads elsewhere now: a delivery on it has failed."""
    work.emit(RouteChanged(courier_id))


async def go_again(work: Work, courier_id: CourierId, delivery_id: DeliveryId) -> None:
    """Send the courier to where a delivery failed, now; having been there before counts no more."""
    await _AGAIN.run(work.db, courier_id=courier_id, delivery_id=delivery_id)
    work.emit(RouteChanged(courier_id))


async def drop_delivery(work: Work, courier_id: CourierId, delivery_id: DeliveryId) -> None:
    """Take the stops of a delivery that the courier no longer has out of the route."""
    await _DROP.run(work.db, courier_id=courier_id, delivery_id=delivery_id)
    await _FINISH.run(work.db, courier_id=courier_id, now=work.now)
    work.emit(RouteChanged(courier_id))


async def set_etas(work: Work, stop_ids: Sequence[UUID], etas: Sequence[datetime]) -> None:
    """Save when we now expect these stops to begin; those just being changed are left."""
    await _SET_ETAS.run(work.db, ids=list(stop_ids), etas=list(etas))


async def note_reached(
    work: Work, stop_ids: Sequence[UUID], courier_ids: Sequence[UUID], times: Sequence[datetime]
) -> None:
    """Note and tell that couriers are at stops of theirs; what is noted or done stays as it is.

    Who is at a customer's door without the goods has not arrived there.
    """
    found = await _REACHED.all(
        work.db,
        ids=list(stop_ids),
        courier_ids=list(courier_ids),
        times=list(times),
        brought=list(BROUGHT),
    )
    for stop in found:
        work.emit(
            StopReached(
                stop.delivery_id,
                stop.order_id,
                stop.zone_id,
                stop.courier_id,
                stop.kind,
                stop.reached_at,
            )
        )


async def _running(work: Work, courier_id: CourierId, zone_id: ZoneId) -> RouteId:
    found = await _RUNNING.one(work.db, courier_id=courier_id)
    if found is not None:
        return RouteId(found)
    route_id = RouteId(new_id())
    await _START.run(work.db, id=route_id, courier_id=courier_id, zone_id=zone_id, now=work.now)
    return route_id
