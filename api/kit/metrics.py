"""Metrics: counted where things happen, added up in Redis, shown for the whole installation.

Every process counts with prometheus-client. Once a second it adds what is new to one Redis hash, so
that counters outlive a process and `/metrics` of the API covers all programs.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.samples import Sample

from api.kit.clock import real_now
from api.kit.redis import Redis, RedisError
from api.kit.request_tally import RequestTally
from api.kit.resources import Key
from api.kit.traffic import COUNTED

KEY = "metrics"
KEPT_MINUTES = 60
"""For so long the requests of each minute can be looked at apart."""

_BOUND = re.compile(r'\ble="([^"]+)"')
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Metrics:
    """The counters and histograms of Hermod, registered for one process."""

    registry: CollectorRegistry
    requests: RequestTally
    deliveries: Counter
    offers: Counter
    fixes: Counter
    sockets: Counter
    fanout_seconds: Histogram
    tick_seconds: Histogram
    trail_seconds: Histogram
    reactions: Counter
    webhooks: Counter
    restarts: Counter
    _sent: dict[str, float] = field(default_factory=dict)

    @classmethod
    def fresh(cls) -> "Metrics":
        """Return metrics that start at zero."""
        own = CollectorRegistry()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"hermod_{name}", text, labels, registry=own)

        def seconds(name: str, text: str, *labels: str) -> Histogram:
            return Histogram(f"hermod_{name}_seconds", text, labels, buckets=_SECONDS, registry=own)

        requests = RequestTally("hermod_http_request", _SECONDS)
        own.register(requests)
        return cls(
            registry=own,
            requests=requests,
            deliveries=counter("deliveries", "deliveries that reached a status", "status"),
            offers=counter("offers", "offers that reached a status", "status"),
            fixes=counter("fixes", "GPS fixes by what became of them", "result"),
            sockets=counter("sockets", "sockets opened and closed", "role", "event"),
            fanout_seconds=seconds("fanout", "one round of sending positions to watchers"),
            tick_seconds=seconds("dispatch_tick", "one dispatch tick by stage", "stage"),
            trail_seconds=seconds("trail_write", "one batch of fixes made durable"),
            reactions=counter("reactions", "outbox events by outcome", "topic", "outcome"),
            webhooks=counter("webhooks", "attempts to send webhook messages by outcome", "outcome"),
            restarts=counter("loop_failures", "background loops that failed and go on", "loop"),
        )

    async def flush(self, redis: Redis) -> None:
        """Add what was counted since the last flush to the installation's counters."""
        news: dict[str, float] = {}
        for name, value in self._values().items():
            if delta := value - self._sent.get(name, 0.0):
                news[name] = delta
        if not news:
            return
        self._note_sent(news, 1)  # before waiting: another flush must not send them again
        try:
            async with redis.pipeline(transaction=True) as pipeline:
                minute = minute_key(_minute_now())
                for name, delta in news.items():
                    pipeline.hincrbyfloat(KEY, name, delta)
                    if name.startswith(COUNTED):
                        pipeline.hincrbyfloat(minute, name, delta)
                pipeline.expire(minute, (KEPT_MINUTES + 1) * 60)
                await pipeline.execute()
        except RedisError:
            self._note_sent(news, -1)
            raise

    async def exposition(self, redis: Redis) -> str:
        """Return the whole installation's metrics in Prometheus' text format."""
        held: Any = await redis.hgetall(KEY)
        totals = {name.decode(): float(value) for name, value in held.items()}
        lines: list[str] = []
        for metric in self.registry.collect():
            kind = metric.type
            name = metric.name + ("_total" if kind == "counter" else "")
            lines += [f"# HELP {name} {metric.documentation}", f"# TYPE {name} {kind}"]
            own = sorted((found for found in totals if _family(found) == metric.name), key=_place)
            lines += [f"{found} {totals[found]!r}" for found in own]
        return "\n".join(lines) + "\n"

    async def lately(self, redis: Redis, minutes: int) -> list[dict[str, float]]:
        """Return the request counters of the last whole `minutes` and of the one that runs."""
        newest = _minute_now()
        async with redis.pipeline(transaction=False) as pipeline:
            for minute in range(newest - minutes, newest + 1):
                pipeline.hgetall(minute_key(minute))
            held: Any = await pipeline.execute()
        return [{name.decode(): float(value) for name, value in one.items()} for one in held]

    def _note_sent(self, news: dict[str, float], sign: int) -> None:
        for name, delta in news.items():
            self._sent[name] = self._sent.get(name, 0.0) + sign * delta

    def _values(self) -> dict[str, float]:
        return {
            _spelled(sample): sample.value
            for metric in self.registry.collect()
            for sample in metric.samples
            if not sample.name.endswith("_created")
        }


def minute_key(minute: int) -> str:
    """Return the key of the request counters of a minute (Unix time)."""
    return f"metrics:minute:{minute}"


def _minute_now() -> int:
    return int(real_now().timestamp()) // 60


def _place(spelled: str) -> tuple[str, float]:
    """Return where a line stands: by its labels, buckets from the smallest to +Inf."""
    bound = _BOUND.search(spelled)
    return _BOUND.sub("", spelled), float(bound[1]) if bound else 0.0


def _spelled(sample: Sample) -> str:
    labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
    return f"{sample.name}{{{labels}}}" if labels else sample.name


def _family(spelled: str) -> str:
    name = spelled.partition("{")[0]
    for ending in ("_total", "_bucket", "_sum", "_count"):
        name = name.removesuffix(ending)
    return name


METRICS: Key[Metrics] = Key("metrics")
