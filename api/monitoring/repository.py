"""Every statement about the state of the installation."""

from dataclasses import dataclass
from datetime import datetime

from api.kit.statement import Query
from api.kit.work import Work


@dataclass(frozen=True, slots=True)
class Waiting:
    """Events in the outbox that are not told yet."""

    waiting: int
    oldest: datetime | None
    parked: int


@dataclass(frozen=True, slots=True)
class Server:
    """What PostgreSQL says about itself."""

    version: str
    size_bytes: int
    connections: int


_WAITING = Query(
    Waiting,
    """
    SELECT count(*) FILTER (WHERE parked_at IS NULL) AS waiting,
           min(created_at) FILTER (WHERE parked_at IS NULL) AS oldest,
           count(*) FILTER (WHERE parked_at IS NOT NULL) AS parked
    FROM outbox WHERE published_at IS NULL
    """,
)
_SERVER = Query(
    Server,
    """
    SELECT current_setting('server_version') AS version,
           pg_database_size(current_database()) AS size_bytes,
           (SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database())::int AS connections
    """,
)
_ANSWERS = Query(int, "SELECT 1")
_LEADERS = Query(str, "SELECT name FROM leases WHERE until > :now ORDER BY name")


async def waiting(work: Work) -> Waiting:
    """Return how many events wait, since when, and how many were given up."""
    return await _WAITING.value(work.db)


async def server(work: Work) -> Server:
    """Return what the database server says about itself."""
    return await _SERVER.value(work.db)


async def answers(work: Work) -> None:
    """Ask the database the smallest question."""
    await _ANSWERS.value(work.db)


async def led(work: Work, now: datetime) -> list[str]:
    """Return which background work has a leader."""
    return await _LEADERS.all(work.db, now=now)
