"""What the ledger asks the servers themselves, so that each fault is proven by its victim."""

import asyncio
from types import TracebackType

import aiohttp
import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from benchmarks.ledger.installation import Installation

MARKER = "ledger"
PATIENCE_S = 60.0


class Servers:
    """Open doors to the servers of an installation, beside those of its programs."""

    def __init__(self, installation: Installation) -> None:
        """Look at these servers."""
        self._database_url = installation.database_url
        self._metrics_url = f"http://127.0.0.1:{installation.ports.realtime}/metrics"
        self._redis_url = installation.redis_url
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5.0))

    async def __aenter__(self) -> "Servers":
        """Nothing is asked yet."""
        await asyncio.sleep(0)
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close what is open."""
        await self._http.close()

    def redis(self) -> Redis:
        """Return a fresh client: an old one knows a server that is gone."""
        return Redis.from_url(self._redis_url, socket_timeout=10.0)

    async def database(self) -> asyncpg.Connection:
        """Return a fresh connection, of the caller's to close."""
        return await asyncpg.connect(self._database_url, timeout=30.0)

    async def database_began(self) -> str:
        """Return since when PostgreSQL runs."""
        db = await self.database()
        try:
            return str(await db.fetchval("SELECT pg_postmaster_start_time()"))
        finally:
            await db.close()

    async def redis_run(self) -> str:
        """Return the id of this life of Redis."""
        async with self.redis() as redis:
            told = await redis.info("server")
        return str(told["run_id"])

    async def keep_redis(self, *, on_disk: bool) -> None:
        """Let Redis keep an append-only file from now on, or no longer; leave a marker in it."""
        async with self.redis() as redis:
            await redis.config_set("appendonly", "yes" if on_disk else "no")
            while on_disk and not _is_kept(await redis.info("persistence")):  # noqa: ASYNC110  # ask
                await asyncio.sleep(0.02)
            await redis.set(MARKER, b"1")

    async def has_marker(self) -> bool:
        """Tell whether Redis still knows what it knew before."""
        async with self.redis() as redis:
            return bool(await redis.delete(MARKER))

    async def fixes(self, result: str) -> float:
        """Return how many fixes the gateway has counted with this result; 0 while it is away."""
        line = f'hermod_fixes_total{{result="{result}"}} '
        try:
            async with self._http.get(self._metrics_url) as response:
                found = [
                    one for one in (await response.text()).splitlines() if one.startswith(line)
                ]
        except (aiohttp.ClientError, TimeoutError, RedisError):
            return 0.0
        return float(found[0].removeprefix(line)) if found else 0.0

    async def grew(self, result: str, before: float) -> bool:
        """Wait until the gateway counts more fixes with this result than before.

        The counters are in Redis and begin anew with it.
        """
        for _ in range(round(PATIENCE_S / 0.25)):
            now = await self.fixes(result)
            if now > before:
                return True
            before = min(before, now)
            await asyncio.sleep(0.25)
        return False


def _is_kept(told: dict[str, object]) -> bool:
    busy = ("aof_rewrite_in_progress", "aof_rewrite_scheduled")
    return bool(told["aof_enabled"]) and not any(told[name] for name in busy)
