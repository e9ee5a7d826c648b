"""Alerts: couriers who do not get on, deliveries that will be late; looked for again and again.

Of a silent courier there is no news of this kind: what was wrong stays so, and nothing else begins.
"""

from collections.abc import Iterator
from uuid import UUID

from api.alerts import service
from api.alerts.model import Alert, AlertKind
from api.deliveries.model import StopKind
from api.kit.ids import CourierId, DeliveryId, OrderId, ZoneId, new_id
from api.kit.statement import Query
from api.planning import POLICY
from dispatch.policy import DispatchPolicy
from dispatch.promise import Risk, risk
from geo.point import Point
from geo.progress import Progress, ProgressLimits, Trouble, go_on, trouble_of
from jobs.snapshot import Market, StopRow, read_market
from jobs.station import Station
from tracking.positions import Positions

_KIND = {
    Trouble.STUCK: AlertKind.STUCK,
    Trouble.OFF_ROUTE: AlertKind.OFF_ROUTE,
    Risk.AT_RISK: AlertKind.AT_RISK,
    Risk.LATE: AlertKind.LATE,
}

_ZONES = Query(
    UUID,
    """
    SELECT DISTINCT c.home_zone_id
    FROM couriers AS c JOIN delivery_routes AS r ON r.courier_id = c.id
    WHERE r.status = 'in_progress' AND c.home_zone_id IS NOT NULL
    """,
)


class AlertWatch:
    """Remembers how couriers have got on towards their next stops."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._limits = ProgressLimits()
        self._progress: dict[CourierId, Progress] = {}

    async def run_once(self) -> None:
        """Look at everybody with a route, raise what is wrong, end what is not any more."""
        live = Positions(self._station.redis, self._station.settings.presence_s)
        async with self._station.work() as work:
            zone_ids = [ZoneId(one) for one in await _ZONES.all(work.db)]
            market = await read_market(work, live, zone_ids, [])
            wrong = [*self._on_the_way(market, live), *_behind_time(market, work[POLICY])]
            await service.settle(work, wrong)

    def _on_the_way(self, market: Market, live: Positions) -> Iterator[Alert]:
        now_s, known, self._progress = market.now.timestamp(), self._progress, {}
        for courier in market.couriers:
            position, stops = market.positions.get(courier.id), market.stops.get(courier.id)
            if not stops:
                continue
            stop, progress = stops[0], known.get(courier.id)
            way = (stop.id, stop.place)
            if position is not None and not live.is_stale(position):
                at = Point(position.lat, position.lng)
                progress = go_on(progress, way, stop.place, at, now_s, self._limits)
            elif progress is None or progress.stop != way:
                continue
            self._progress[courier.id] = progress
            trouble = trouble_of(progress, self._limits)
            if trouble is not None:
                yield _alert(_KIND[trouble], stop, market)


def _behind_time(market: Market, policy: DispatchPolicy) -> Iterator[Alert]:
    for courier in market.couriers:
        for stop in market.stops.get(courier.id, ()):
            if stop.kind is not StopKind.DROPOFF or stop.eta_at is None:
                continue
            end_s = round((stop.window_end - market.now).total_seconds())
            eta_s = round((max(stop.eta_at, market.now) - market.now).total_seconds())
            found = risk(end_s, eta_s, policy)
            if found is not Risk.ON_TIME:
                yield _alert(_KIND[found], stop, market)


def _alert(kind: AlertKind, stop: StopRow, market: Market) -> Alert:
    return Alert(
        new_id(),
        kind,
        DeliveryId(stop.delivery_id),
        OrderId(stop.order_id),
        stop.courier_id,
        stop.zone_id,
        market.now,
    )
