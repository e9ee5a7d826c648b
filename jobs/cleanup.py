"""Forgetting what nobody needs any more: announced events, kept answers, used codes, odd fixes."""

from datetime import timedelta

from api.alerts import repository as alerts
from api.kit import idempotency, outbox
from api.kit.clock import real_now
from api.kit.statement import Command
from jobs.station import Station

KEEP = timedelta(hours=48)

ENDED_ALERTS = timedelta(days=30)
"""Business time."""

SWEEP_S = 60.0
ERASED_LATELY = timedelta(days=1)

_OLD_CODES = Command("DELETE FROM one_time_codes WHERE expires_at < :before")
_OLD_TOKENS = Command("DELETE FROM used_tokens WHERE expires_at < :before")
_OLD_FIXES = Command("DELETE FROM undated_fixes WHERE received_at < :before")

_ERASED = """
    (SELECT c.id FROM couriers AS c JOIN users AS u ON u.id = c.user_id
     WHERE u.deleted_at > :since)
"""
_LATE_TRAILS = Command(f"DELETE FROM courier_positions WHERE courier_id IN {_ERASED}")
_LATE_CHUNKS = Command(f"DELETE FROM trail_chunks WHERE courier_id IN {_ERASED}")
_LATE_FIXES = Command(f"DELETE FROM undated_fixes WHERE courier_id IN {_ERASED}")
_LATE_PLACES = Command(
    f"""
    UPDATE couriers SET current_location = NULL, last_location_update = NULL
    WHERE current_location IS NOT NULL AND id IN {_ERASED}
    """
)


async def forget_old(station: Station) -> None:
    """Delete what is older than two days, undated fixes when trails are too old (real time)."""
    before = real_now() - KEEP
    trails_before = real_now() - timedelta(days=station.settings.trail_days)
    async with station.database.connection() as db:
        await outbox.forget_published(db, before)
        await idempotency.forget(db, before)
        await alerts.forget(db, station.clock.now() - ENDED_ALERTS)
        await _OLD_CODES.run(db, before=before)
        await _OLD_TOKENS.run(db, before=before)
        await _OLD_FIXES.run(db, before=trails_before)


async def forget_late_fixes(station: Station) -> None:
    """Delete fixes of erased couriers that were still on their way when the couriers went."""
    since = station.clock.now() - ERASED_LATELY * max(1.0, station.clock.speed)
    async with station.database.connection() as db:
        for command in (_LATE_TRAILS, _LATE_CHUNKS, _LATE_FIXES, _LATE_PLACES):
            await command.run(db, since=since)
