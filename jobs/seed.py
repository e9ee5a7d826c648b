"""First people of a demo: an operator for the person, one for the city. `python -m jobs.seed`.

Each is given a one-time link that signs them in; the links lie in the state folder. A production
installation makes its first administrator with `python -m jobs.seed --administrator EMAIL`.
"""

import argparse
import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from api.identity import repository, service
from api.identity.model import User
from api.kit import logs
from api.kit.actor import Role
from api.kit.db import Database
from api.kit.redis import knock
from api.kit.work import Work
from api.settings import Environment, Settings, read_settings
from jobs.station import Station
from jobs.worker import open_station

LINK_LIFE = timedelta(hours=24)
DEMO_PEOPLE = {
    "console_link": ("operator@demo.example", "Olga", "Operator"),
    "city_link": ("city@demo.example", "City", "Hall"),
}


async def seed(settings: Settings, administrator: str | None) -> None:
    """Make sure the first people exist and lay their one-time links into the state folder."""
    database = await Database.open(settings.database_url.get_secret_value())
    try:
        async with open_station(settings, database) as station:
            await knock(station.redis)
            if administrator is not None:
                link = await _link(station, administrator, "First", "Administrator")
                print(f"Sign in once within a day: {link}")
                return
            for name, person in DEMO_PEOPLE.items():
                await asyncio.to_thread(
                    _write_private, settings.state_dir / name, await _link(station, *person)
                )
    finally:
        await database.close()


async def _link(station: Station, email: str, first_name: str, last_name: str) -> str:
    async with station.work() as work:
        user = await _somebody(work, email, first_name, last_name)
        secret = await service.login_link_secret(work, user, LINK_LIFE)
    return "/#" + urlencode({"destination": email, "code": secret})


async def _somebody(work: Work, email: str, first_name: str, last_name: str) -> User:
    known = await repository.user_by_login(work, email)
    if known is not None:
        return known
    return await service.add_staff(
        work,
        role=Role.SUPER_ADMIN,
        email=email,
        password=None,
        first_name=first_name,
        last_name=last_name,
    )


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text + "\n")


def main() -> None:
    """Seed the database of the settings."""
    parser = argparse.ArgumentParser(prog="python -m jobs.seed", description=__doc__)
    parser.add_argument("--administrator", metavar="EMAIL", help="make only this administrator")
    options = parser.parse_args()
    settings = read_settings()
    logs.configure("seed", settings.log_level)
    if settings.environment is Environment.PRODUCTION and options.administrator is None:
        sys.exit("In production name the first administrator: --administrator EMAIL")
    asyncio.run(seed(settings, options.administrator))


if __name__ == "__main__":
    main()
