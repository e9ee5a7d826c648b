"""Bring the database to the newest schema, or draft the next one: `python -m api.migrate`."""

import argparse
import asyncio
import re
import sys
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy.exc import DBAPIError

from api.kit import logs
from api.kit.cannot_start import CannotStart
from api.kit.sandbox import SCHEMA, SEARCH_PATH
from api.settings import read_settings

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_205_759_403
"""Only one program migrates at a time; the others wait and then find nothing to do."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{2,59}")


def alembic_config(url: str, search_path: str = "") -> Config:
    """Return Alembic's configuration for the database at `url` (postgresql://…)."""
    config = Config(cmd_opts=argparse.Namespace(quiet=True))
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    address = url.replace("postgresql://", "postgresql+asyncpg://", 1)
    config.set_main_option("sqlalchemy.url", address.replace("%", "%%"))
    config.attributes["search_path"] = search_path
    return config


async def upgrade(url: str) -> None:
    """Run all missing migrations on the database at `url`: on live tables, then on test tables."""
    try:
        guard = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError) as error:
        why = str(error) or "what answers there is no PostgreSQL"
        message = f"PostgreSQL does not let us in (HERMOD_DATABASE_URL): {why}"
        raise CannotStart(message) from error
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await guard.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        for search_path in ("", SEARCH_PATH):
            config = alembic_config(url, search_path)
            await asyncio.to_thread(command.upgrade, config, "head")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != asyncpg.InsufficientPrivilegeError.sqlstate:
            raise
        raise CannotStart(
            f"PostgreSQL does not let this user do it (HERMOD_DATABASE_URL): {error.orig}. Let a"
            " superuser run CREATE EXTENSION postgis and CREATE EXTENSION pg_trgm there once."
        ) from error
    finally:
        await guard.close()


def checked_name(name: str) -> str:
    """Return the name of a revision as the sentence that opens its file.

    Raises CannotStart for a name that is not a few plain words.
    """
    words = name.strip()
    if not _NAME.fullmatch(words):
        raise CannotStart(
            f"NAME={name!r} does not work: say what changes in a few plain words of 3 to 60"
            ' letters, for example NAME="orders know their colour".'
        )
    return f"{words[0].upper()}{words[1:]}."


def draft(config: Config, sentence: str) -> Path | None:
    """Write the revision that makes the database, which is up to date, what the tables declare.

    Returns its file, or None when they agree already and nothing was written.
    """

    def leave_out_nothing(_context: object, _revision: object, directives: list[Any]) -> None:
        if directives[0].upgrade_ops.is_empty():
            directives.clear()

    head = ScriptDirectory.from_config(config).get_current_head()
    made = command.revision(
        config,
        sentence,
        autogenerate=True,
        rev_id=f"{int(head or 0) + 1:04d}",
        process_revision_directives=leave_out_nothing,
    )
    return Path(made.path) if isinstance(made, Script) else None


def main() -> None:
    """Migrate the database of the settings; with a name, draft the next revision as well."""
    parser = argparse.ArgumentParser(prog="python -m api.migrate", description=__doc__)
    parser.add_argument("--name", help="what changes: compare with the tables, write a revision")
    name = parser.parse_args().name
    sentence = None if name is None else checked_name(name)
    settings = read_settings()
    logs.configure("migrate", settings.log_level)
    url = settings.database_url.get_secret_value()
    asyncio.run(upgrade(url))
    if sentence is not None:
        path = draft(alembic_config(url), sentence)
        told = "Nothing changed: the migrations make what the tables declare. No file was written."
        if path is not None:
            told = f"Wrote {path}. Look at it, then run `make migrate`."
        sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    main()
