"""ETAs of everything under way, worked out again every few seconds from where couriers are."""

import time
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from api.deliveries import repository as deliveries
from api.deliveries import routing
from api.deliveries.events import EtaChanged
from api.deliveries.lifecycle import ABOARD, EXPECTED
from api.deliveries.model import StopKind
from api.deliveries.repository import ExpectedAt
from api.kit.ids import OrderId, ZoneId
from api.kit.statement import Query
from api.kit.work import Work
from api.planning import TRAVEL
from dispatch.eta import etas
from dispatch.eta_range import NOTHING_SEEN, Asked, Calibration, horizon_of
from geo.travel import DetourModel
from jobs import eta_learning
from jobs.eta_learning import Told
from jobs.snapshot import CourierRow, Market, StopRow, courier_view, plane_of, read_market
from jobs.station import Station
from tracking.positions import Positions

NOTEWORTHY = timedelta(seconds=60)
"""Followers are told an ETA that is this far from the one they were told last, however slowly it
crept there. So a delivery bears the ETA that its followers know, its stops bear the newest."""

NARROWER = 0.7
"""Also told is a range that has shrunk to this share of the one they were told last."""

LEARN_EVERY_S = 600.0

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
    at: datetime


class EtaWatch:
    """Works ETAs out, and puts a range around each by what it has learned of earlier ones."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._learned = NOTHING_SEEN
        self._learned_at: float | None = None
        self._kept: set[tuple[UUID, bool, int]] = set()

    async def run_once(self) -> None:
        """Work out the ETA of every stop on every route, and tell those that moved."""
        if self._learned_at is None or time.monotonic() - self._learned_at > LEARN_EVERY_S:
            self._learned = await eta_learning.learn(self._station)
            self._learned_at = time.monotonic()
        live = Positions(self._station.redis, self._station.settings.presence_s)
        async with self._station.work() as work:
            zone_ids = [ZoneId(one) for one in await _ZONES.all(work.db)]
            if not zone_ids:
                return
            market = await read_market(work, live, zone_ids, [])
            found = [
                expected
                for courier in market.couriers
                if _is_heard(market, courier, live)
                for expected in _expected(market, courier, work[TRAVEL], live)
            ]
            await routing.set_etas(work, [one.stop.id for one in found], [one.at for one in found])
            doors = [one for one in found if _is_expected(one.stop)]
            await _tell(work, doors, self._learned)
            await self._keep(work, doors)

    async def _keep(self, work: Work, doors: list[Expected]) -> None:
        """Keep ETAs to learn from, each kind of a delivery once."""
        told = {_kind(one, work.now): one for one in doors}
        new = [one for kind, one in told.items() if kind not in self._kept]
        await eta_learning.keep(work, [_told(one, work.now) for one in new])
        # What is not under way any more is forgotten; the table keeps one of each kind anyway.
        under_way = {one.stop.delivery_id for one in doors}
        self._kept = {kind for kind in self._kept if kind[0] in under_way} | told.keys()


def _is_expected(stop: StopRow) -> bool:
    """Tell whether somebody waits at a stop's door; of what has failed there is no time."""
    return stop.kind is StopKind.DROPOFF and stop.status in EXPECTED


def _asked(one: Expected, now: datetime) -> Asked:
    return eta_learning.asked_at(now, one.at, aboard=one.stop.status in ABOARD)


def _kind(one: Expected, now: datetime) -> tuple[UUID, bool, int]:
    asked = _asked(one, now)
    return one.stop.delivery_id, asked.aboard, horizon_of(asked.left_s)


def _told(one: Expected, now: datetime) -> Told:
    asked = _asked(one, now)
    return Told(one.stop.delivery_id, asked, horizon_of(asked.left_s), one.at)


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
    return [Expected(stop, moment) for stop, moment in zip(stops, moments, strict=True)]


async def _tell(work: Work, doors: list[Expected], learned: Calibration) -> None:
    """Save and tell what is news to followers."""
    ranges = [(one, _around(one, work.now, learned)) for one in doors]
    told = [(one, expected) for one, expected in ranges if _noteworthy(one.stop, expected)]
    await deliveries.set_etas(work, [expected for _, expected in told])
    for one, expected in told:
        order_id = OrderId(one.stop.order_id)
        work.emit(
            EtaChanged(
                expected.delivery_id,
                order_id,
                one.stop.zone_id,
                expected.eta_at,
                expected.eta_from,
                expected.eta_until,
            )
        )


def _around(one: Expected, now: datetime, learned: Calibration) -> ExpectedAt:
    found = learned.around(_asked(one, now))
    eta_from, eta_until = (now + timedelta(seconds=s) for s in (found.from_s, found.until_s))
    return ExpectedAt(one.stop.delivery_id, one.at, eta_from, eta_until)


def _noteworthy(old: StopRow, new: ExpectedAt) -> bool:
    if old.eta_at is None or old.eta_from is None or old.eta_until is None:
        return True
    if abs(new.eta_at - old.eta_at) >= NOTEWORTHY:
        return True
    return new.eta_until - new.eta_from <= NARROWER * (old.eta_until - old.eta_from) - NOTEWORTHY
