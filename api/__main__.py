"""Run the HTTP program: `python -m api`."""

from api.app import create_app
from api.integrations.error_reports import reporting
from api.kit import logs, program
from api.kit.db import Database
from api.settings import Settings, read_settings


async def serve(settings: Settings) -> None:
    """Open the database and serve until told to stop."""
    database = await Database.open(settings.database_url.get_secret_value(), size=16)
    connections = program.room(settings.connections_per_address, settings.trusted_proxies)
    try:
        app = create_app(settings, database)
        await program.serve(app, settings.http_host, settings.http_port, connections)
    finally:
        await database.close()


def main() -> None:
    """Serve until told to stop."""
    settings = read_settings()
    logs.configure("api", settings.log_level)
    with reporting(settings, "api"):
        program.run(serve(settings))


if __name__ == "__main__":
    main()
