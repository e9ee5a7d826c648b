"""Files that were deleted, or never arrived whole: their bytes go, then their rows."""

from datetime import datetime, timedelta

from api.files import repository
from api.integrations.storage import STORAGE, Store
from api.kit.clock import real_now
from jobs.station import Station

EVERY_S = 60.0
KEPT = timedelta(minutes=10)
"""So long bytes stay for whoever is still reading, and rows for uploads under way."""


async def sweep(station: Station) -> None:
    """Remove what is left of such files in every store, without a transaction."""
    before = real_now() - KEPT
    for store in station.resources[STORAGE].stores.values():
        while await _sweep(station, store, before):
            pass


async def _sweep(station: Station, store: Store, before: datetime) -> bool:
    """Remove some; tell whether there were any."""
    async with station.database.connection() as db:
        found = await repository.remains(db, store.driver, before)
    for one in found:
        await store.delete(one.objects)
    async with station.database.connection() as db:
        await repository.forget(db, [one.id for one in found])
    return bool(found)
