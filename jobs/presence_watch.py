"""Couriers whose phone has been silent for long lose what they have not fetched, and go off shift.

Who has goods aboard keeps these and stays: only a person can find out what became of them. Nobody
is silent while we could not have heard them: time counts from when realtime was there again.
"""

import logging
import time
from uuid import UUID

from api.couriers import repository as couriers
from api.couriers import service
from api.couriers.lifecycle import ON_SHIFT, CourierStatus
from api.deliveries import repository as delivery_rows
from api.deliveries import service as deliveries
from api.deliveries.lifecycle import DeliveryStatus
from api.kit.ids import CourierId, DeliveryId
from api.kit.lifecycle import By
from api.kit.statement import Query
from jobs.listening import Listening
from jobs.station import Station
from tracking.positions import Positions

log = logging.getLogger("jobs.presence")

SILENT = "the courier's phone has been silent for too long"

_AT_WORK = Query(UUID, "SELECT id FROM couriers WHERE status = ANY(:on_shift)")


class PresenceWatch:
    """Remembers since when a courier whose phone was never heard has been missed."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._listening = Listening()
        self._missed_since: dict[UUID, float] = {}

    async def run_once(self) -> None:
        """Send home whoever has been silent for too long."""
        heard_since_s = await self._listening.since(self._station.redis)
        limit_s = self._station.settings.silence_s
        if heard_since_s is None or time.time() - heard_since_s <= limit_s:
            return
        async with self._station.work(read_only=True) as work:
            ids = await _AT_WORK.all(work.db, on_shift=list(ON_SHIFT))
        silence_s = await self._silence_s(ids)
        for courier_id in ids:
            if silence_s[courier_id] > limit_s:
                await self._give_away(CourierId(courier_id))
                await self._send_home(CourierId(courier_id))

    async def _silence_s(self, ids: list[UUID]) -> dict[UUID, float]:
        positions = Positions(self._station.redis, self._station.settings.presence_s)
        heard_ms = await positions.heard_ms(ids)
        now_s, real_now_ms = time.monotonic(), time.time_ns() // 1_000_000
        self._missed_since = {
            one: self._missed_since.get(one, now_s) for one in ids if one not in heard_ms
        }
        silent = {one: now_s - since for one, since in self._missed_since.items()}
        return silent | {one: (real_now_ms - at_ms) / 1000 for one, at_ms in heard_ms.items()}

    async def _give_away(self, courier_id: CourierId) -> None:
        """Bring what the courier has not fetched back to others."""
        async with self._station.work(read_only=True) as work:
            carried = await delivery_rows.open_of_courier(work, courier_id)
        for delivery in carried:
            if delivery.status is DeliveryStatus.ASSIGNED:
                await self._take_back(delivery.id, courier_id)

    async def _take_back(self, delivery_id: DeliveryId, courier_id: CourierId) -> None:
        async with self._station.work() as work:
            delivery = await deliveries.lock(work, delivery_id)
            theirs = delivery.courier_id == courier_id
            if theirs and delivery.status is DeliveryStatus.ASSIGNED:
                await deliveries.take_back(work, delivery, By.SYSTEM, SILENT)

    async def _send_home(self, courier_id: CourierId) -> None:
        async with self._station.work() as work:
            courier = await couriers.lock(work, courier_id)
            waiting = {CourierStatus.ONLINE, CourierStatus.ON_BREAK}
            if courier is None or courier.status not in waiting:
                return
            await service.move(work, courier, CourierStatus.OFFLINE, By.SYSTEM)
        self._missed_since.pop(courier_id, None)
        log.info("a silent courier went off shift", extra={"courier": str(courier_id)})
