"""The test world: the same tables once more, in a schema of their own, for test keys.

A request of a test key runs on a connection that finds every table in this schema. No statement
names a schema, so none of them can reach a live row; what happens there has no consequences, since
no program reads its outbox.
"""

import asyncio

from api.kit.db import Database

SCHEMA = "sandbox"
SEARCH_PATH = f"{SCHEMA}, public"
"""First the test tables, then the types and functions of the extensions."""

CONNECTIONS = 4


class Sandbox:
    """Connections to the test world, opened when a test key first asks for one."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._database: Database | None = None
        self._opening = asyncio.Lock()

    async def database(self) -> Database:
        """Return the pool of connections; raise `Unavailable` where PostgreSQL does not answer."""
        async with self._opening:
            if self._database is None:
                self._database = await Database.open(
                    self._url, size=CONNECTIONS, least=0, search_path=SEARCH_PATH
                )
            return self._database

    async def close(self) -> None:
        """Close the connections, if there are any."""
        if self._database is not None:
            await self._database.close()
