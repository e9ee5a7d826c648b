"""Couriers whose phone has been silent for long go off shift, unless they carry something."""

import logging
import time
from uuid import UUID

from api.couriers import repository, service
from api.couriers.lifecycle import CourierStatus
from api.kit.ids import CourierId
from api.kit.lifecycle import By
from api.kit.statement import Query
from jobs.station import Station
from tracking.positions import Positions

log = logging.getLogger("jobs.presence")

_WAITING = Query(UUID, "SELECT id FROM couriers WHERE status IN ('online', 'on_break')")


class PresenceWatch:
    """Remembers since when a courier whose phone was never heard has been missed."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._missed_since: dict[UUID, float] = {}

    async def run_once(self) -> None:
        """Send home whoever has been silent for too long."""
        async with self._station.work(read_only=True) as work:
            ids = await _WAITING.all(work.db)
        silence_s = await self._silence_s(ids)
        limit_s = self._station.settings.silence_s
        for courier_id in ids:
            if silence_s[courier_id] > limit_s:
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

    async def _send_home(self, courier_id: CourierId) -> None:
        async with self._station.work() as work:
            courier = await repository.lock(work, courier_id)
            waiting = {CourierStatus.ONLINE, CourierStatus.ON_BREAK}
            if courier is None or courier.status not in waiting:
                return
            await service.move(work, courier, CourierStatus.OFFLINE, By.SYSTEM)
        self._missed_since.pop(courier_id, None)
        log.info("a silent courier went off shift", extra={"courier": str(courier_id)})
