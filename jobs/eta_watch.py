"""ETAs of everything under way, worked out again every few seconds from where couriers are."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from api.deliveries import repository as deliveries
from api.deliveries import routing
from api.deliveries.events import EtaChanged
from api.deliveries.lifecycle import EXPECTED
from api.deliveries.model import StopKind
from api.kit.ids import OrderId, ZoneId
from api.kit.statement import Query
from api.kit.work import Work
from api.planning import TRAVEL
from dispatch.eta import etas
from geo.travel import DetourModel
from jobs.snapshot import CourierRow, Market, StopRow, courier_view, plane_of, read_market
from jobs.station import Station
from tracking.positions import Positions

NOTEWORTHY = timedelta(seconds=60)
"""Followers are told an ETA that is this far from the one they were told last, however slowly it
crept there. So a delivery bears the ETA that its followers know, its stops bear the newest."""

_ZONES = Query(
    UUID,
    """
    SELECT DISTINCT c.home_zone_id
    FROM couriers AS c JOIN delivery_routes AS r ON r.courier_id = c.id
    WHERE r.status = 'in_progress' AND c.home_zone_id IS NOT NULL
    """,
)


class Expected(NamedTuple):
    """When a courier is expected at a stop."""

    stop: StopRow
    zone_id: ZoneId
    at: datetime


async def refresh(station: Station) -> None:
    """Work out the ETA of every stop on every route, and tell those that moved."""
    live = Positions(station.redis, station.settings.presence_s)
    async with station.work() as work:
        zone_ids = [ZoneId(one) for one in await _ZONES.all(work.db)]
        if not zone_ids:
            return
        market = await read_market(work, live, zone_ids, [])
        pairs = [
            pair
            for courier in market.couriers
            if _is_heard(market, courier, live)
            for pair in _expected(market, courier, work[TRAVEL], live)
        ]
        await _save(work, pairs)


def _is_heard(market: Market, courier: CourierRow, live: Positions) -> bool:
    """Of a courier who is not heard nothing new is known: the last ETA stands."""
    position = market.positions.get(courier.id)
    return position is not None and not live.is_stale(position)


def _expected(
    market: Market, courier: CourierRow, travel: DetourModel, live: Positions
) -> list[Expected]:
    stops = market.stops.get(courier.id, [])
    if not stops:
        return []
    view = courier_view(market, courier, plane_of(stops[0].pickup_location), travel, live)
    moments = (market.now + timedelta(seconds=found.begin_s) for found in etas(view))
    return [
        Expected(stop, courier.zone_id, moment) for stop, moment in zip(stops, moments, strict=True)
    ]


async def _save(work: Work, found: list[Expected]) -> None:
    await routing.set_etas(work, [one.stop.id for one in found], [one.at for one in found])
    doors = [
        one for one in found if one.stop.kind is StopKind.DROPOFF and one.stop.status in EXPECTED
    ]
    told = [one for one in doors if _noteworthy(one.stop.eta_at, one.at)]
    await deliveries.set_etas(
        work, [one.stop.delivery_id for one in told], [one.at for one in told]
    )
    for one in told:
        stop = one.stop
        work.emit(EtaChanged(stop.delivery_id, OrderId(stop.order_id), one.zone_id, one.at))


def _noteworthy(old: datetime | None, new: datetime) -> bool:
    return old is None or abs(new - old) >= NOTEWORTHY
