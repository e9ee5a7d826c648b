"""Forgetting what nobody needs any more: announced events, kept answers, used codes, odd fixes."""

from datetime import timedelta

from api.kit import idempotency, outbox
from api.kit.clock import real_now
from api.kit.statement import Command
from jobs.station import Station

KEEP = timedelta(hours=48)

_OLD_CODES = Command("DELETE FROM one_time_codes WHERE expires_at < :before")
_OLD_FIXES = Command("DELETE FROM undated_fixes WHERE received_at < :before")


async def forget_old(station: Station) -> None:
    """Delete what is older than two days, undated fixes when trails are too old (real time)."""
    before = real_now() - KEEP
    trails_before = real_now() - timedelta(days=station.settings.trail_days)
    async with station.database.connection() as db:
        await outbox.forget_published(db, before)
        await idempotency.forget(db, before)
        await _OLD_CODES.run(db, before=before)
        await _OLD_FIXES.run(db, before=trails_before)
