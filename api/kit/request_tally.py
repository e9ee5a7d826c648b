"""How many requests each endpoint answered, and how fast: plain numbers that Prometheus reads."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString


class _Endpoint:
    """The requests of one endpoint: how many by status, how many within each bound."""

    __slots__ = ("by_status", "seconds", "within")

    def __init__(self, bounds: int) -> None:
        self.by_status: dict[int, int] = {}
        self.within = [0] * (bounds + 1)
        self.seconds = 0.0


class RequestTally(Collector):
    """Counts requests: prometheus-client's own counters take a lock for each number."""

    def __init__(self, name: str, bounds: Sequence[float]) -> None:
        self._name = name
        self._bounds = tuple(bounds)
        self._endpoints: dict[str, _Endpoint] = {}

    def note(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        held = self._endpoints.get(endpoint)
        if held is None:
            held = self._endpoints[endpoint] = _Endpoint(len(self._bounds))
        held.by_status[status] = held.by_status.get(status, 0) + 1
        held.within[bisect_left(self._bounds, seconds)] += 1
        held.seconds += seconds

    def collect(self) -> Iterable[Metric]:
        """Return the numbers as a counter and a histogram."""
        counter = CounterMetricFamily(
            f"{self._name}s", "HTTP requests", labels=("endpoint", "status")
        )
        histogram = HistogramMetricFamily(
            f"{self._name}_seconds", "time to answer a request", labels=("endpoint",)
        )
        shown = [*map(floatToGoString, self._bounds), "+Inf"]
        for endpoint, held in self._endpoints.items():
            for status, number in held.by_status.items():
                counter.add_metric((endpoint, str(status)), number)
            buckets = list(zip(shown, map(float, accumulate(held.within)), strict=True))
            histogram.add_metric((endpoint,), buckets, held.seconds)
        return counter, histogram
