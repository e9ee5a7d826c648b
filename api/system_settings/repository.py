"""Every statement about settings changed while the programs run."""

from api.kit.statement import Command, Query, columns
from api.kit.work import Work
from api.system_settings.model import KeptSetting

_ALL = Query(KeptSetting, "SELECT * FROM system_settings ORDER BY key")
_HOLD = Command("SELECT pg_advisory_xact_lock(hashtextextended('system_settings', 7))")
_KEEP = Command(
    """
    INSERT INTO system_settings (key, value, version, updated_at, updated_by_user_id)
    VALUES (:key, :value::jsonb, :version, :updated_at, :updated_by_user_id)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version,
        updated_at = excluded.updated_at, updated_by_user_id = excluded.updated_by_user_id
    """
)


async def kept(work: Work) -> list[KeptSetting]:
    """Return every setting that was ever changed."""
    return await _ALL.all(work.db)


async def hold(work: Work) -> None:
    """Let nobody else change settings until the transaction ends."""
    await _HOLD.run(work.db)


async def keep(work: Work, setting: KeptSetting) -> None:
    """Save a changed setting."""
    await _KEEP.run(work.db, **columns(setting))
