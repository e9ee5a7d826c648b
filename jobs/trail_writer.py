"""The trail writer: makes fixes durable, and says how far it got.

Reads the trail stream, writes into the journal in PostgreSQL, and only then sets the durable marks
and drops the stream entries. Whatever dies in between, the entries are read and written again:
whoever settles the journal (`jobs/trail_settling.py`) gives each fix one place.
"""

import time

from api.trails import journal
from jobs.station import Station
from tracking import trail
from tracking.trail_rows import owned

CONSUMER = "writer"
ENTRIES = 200
WAIT_MS = 1000


class TrailWriter:
    """Drains the trail stream into PostgreSQL."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._resuming = True

    async def run_once(self) -> None:
        """Write one batch; after a start or an error begin with what was left unfinished."""
        try:
            await self._one_batch()
        except BaseException:
            self._resuming = True  # the group may be gone with a wiped Redis, too
            raise

    async def _one_batch(self) -> None:
        redis = self._station.redis
        if self._resuming:
            await trail.open_group(redis)
        batch = await trail.next_batch(
            redis, CONSUMER, unacknowledged=self._resuming, entries=ENTRIES, wait_ms=WAIT_MS
        )
        if not batch:
            self._resuming = False
            return
        began = time.perf_counter()
        records = owned(b"".join(blob for _entry, blob in batch))
        if len(records.rows):
            async with self._station.database.transaction() as db:
                await journal.add(db, records.rows.tobytes(), len(records.rows))
        await trail.finish(redis, [entry for entry, _blob in batch], records.reached())
        self._station.metrics.trail_seconds.observe(time.perf_counter() - began)
