"""What administrators ask about the installation and get."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field

from api.kit.heartbeat import Beat
from api.kit.metrics import KEPT_MINUTES
from api.kit.schema import Draft, Moment, View
from api.kit.traffic import Traffic


class Rank(StrEnum):
    """By what endpoints are put in order."""

    REQUESTS = "requests"
    ERRORS = "errors"
    P95 = "p95"
    TIME = "time"


class WindowQuery(Draft):
    """Over which time: so many whole minutes, and the one that runs."""

    minutes: Annotated[int, Field(ge=1, le=KEPT_MINUTES)] = 15


class EndpointsQuery(WindowQuery):
    """Which endpoints first; `time` is all the time spent on one."""

    sort: Rank = Rank.REQUESTS
    limit: Annotated[int, Field(ge=1, le=100)] = 20


class TrafficView(View):
    """Requests of one endpoint, or of all: how many, how wrong, how slow."""

    endpoint: str
    requests: int
    requests_per_minute: float
    errors: int
    refusals: int
    error_percent: float
    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, traffic: Traffic, seconds: float) -> Self:
        """Return the view of what came within `seconds`."""
        requests = traffic.requests
        return cls(
            endpoint=traffic.endpoint,
            requests=requests,
            requests_per_minute=round(requests * 60 / seconds, 2),
            errors=traffic.errors,
            refusals=traffic.refusals,
            error_percent=round(100 * traffic.errors / requests, 2) if requests else 0.0,
            mean_ms=_ms(traffic.mean_s),
            p50_ms=_ms(traffic.quantile_s(0.50)),
            p95_ms=_ms(traffic.quantile_s(0.95)),
            p99_ms=_ms(traffic.quantile_s(0.99)),
        )


class MetricsView(View):
    """Requests of the whole installation since a time; quantiles are as fine as the buckets."""

    since: Moment
    until: Moment
    all: TrafficView
    by_status: dict[str, int]


class EndpointsView(View):
    """Requests by endpoint since a time."""

    since: Moment
    until: Moment
    endpoints: list[TrafficView]


class Condition(StrEnum):
    """How something is."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class CheckView(View):
    """How one thing is that the installation needs, and why we think so."""

    name: str
    condition: Condition
    detail: str
    took_ms: float | None = None


class HealthView(View):
    """How everything is; the whole is as well as its worst part."""

    condition: Condition
    at: Moment
    checks: list[CheckView]


class ProgramView(View):
    """A running program, as it last said."""

    id: str
    program: str
    host: str
    pid: int
    version: str
    python: str
    started_at: Moment
    last_seen_at: Moment
    is_alive: bool
    uptime_s: int
    memory_bytes: int
    cpu_s: float
    loop_lag_ms: float
    connections: int | None
    connections_idle: int | None
    sockets: int | None

    @classmethod
    def of(cls, beat: Beat, now: datetime, *, is_alive: bool) -> Self:
        """Return the view of a program's last word."""
        plain = ("id", "program", "host", "pid", "version", "python", "memory_bytes", "cpu_s")
        more = ("loop_lag_ms", "connections", "connections_idle", "sockets")
        return cls(
            started_at=datetime.fromtimestamp(beat.started_s, UTC),
            last_seen_at=datetime.fromtimestamp(beat.at_s, UTC),
            is_alive=is_alive,
            uptime_s=max(0, round(now.timestamp() - beat.started_s)),
            **{name: getattr(beat, name) for name in (*plain, *more)},
        )


class OutboxView(View):
    """Events that wait to be handled or told."""

    waiting: int
    oldest_s: int
    parked: int


class StoreView(View):
    """A database server: its version, what it holds, who is connected."""

    version: str
    size_bytes: int
    connections: int


class SystemView(View):
    """What runs here."""

    version: str
    environment: str
    real_time: Moment
    business_time: Moment
    clock_speed: float
    programs: list[ProgramView]
    outbox: OutboxView
    postgres: StoreView
    redis: StoreView


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
