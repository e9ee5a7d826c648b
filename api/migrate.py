"""Bring the database to the newest schema: `python -m api.migrate`."""

import asyncio
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config

from api.kit import logs
from api.kit.cannot_start import CannotStart
from api.settings import read_settings

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_205_759_403
"""Only one program migrates at a time; the others wait and then find nothing to do."""


def alembic_config(url: str) -> Config:
    """Return Alembic's configuration for the database at `url` (postgresql://…)."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    address = url.replace("postgresql://", "postgresql+asyncpg://", 1)
    config.set_main_option("sqlalchemy.url", address.replace("%", "%%"))
    return config


async def upgrade(url: str) -> None:
    """Run all missing migrations on the database at `url`."""
    try:
        guard = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError) as error:
        message = f"PostgreSQL does not let us in (HERMOD_DATABASE_URL): {error}"
        raise CannotStart(message) from error
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await asyncio.to_thread(command.upgrade, alembic_config(url), "head")
    finally:
        await guard.close()


def main() -> None:
    """Migrate the database of the settings."""
    settings = read_settings()
    logs.configure("migrate", settings.log_level)
    asyncio.run(upgrade(settings.database_url.get_secret_value()))


if __name__ == "__main__":
    main()
