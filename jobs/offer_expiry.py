"""Closing offers whose time is over."""

from api.offers import repository, service
from jobs.station import Station

AT_MOST = 200


async def close_overdue(station: Station) -> None:
    """Close every overdue offer, each in a transaction of its own."""
    async with station.work(read_only=True) as work:
        overdue = await repository.overdue(work, work.now, AT_MOST)
    for offer in overdue:
        async with station.work() as work:
            await service.expire(work, offer)
