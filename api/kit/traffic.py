"""Traffic: what the request counters say about each endpoint: how many, how wrong, how slow.

Quantiles are read from histogram buckets by linear interpolation, as Prometheus'
`histogram_quantile` does; they are no finer than the buckets.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf

COUNTED = "hermod_http_request"
"""How the names of all counters begin that are read here."""

_COUNTER = re.compile(
    r"hermod_http_(?P<kind>requests_total|request_seconds_(?:bucket|sum|count))"
    r'\{endpoint="(?P<endpoint>[^"]*)"(?:,(?P<label>status|le)="(?P<value>[^"]*)")?\}'
)


@dataclass(slots=True)
class Traffic:
    """The requests of one endpoint, or of all."""

    endpoint: str
    by_status: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    buckets: dict[float, float] = field(default_factory=lambda: defaultdict(float))
    seconds: float = 0.0
    timed: float = 0.0

    @property
    def requests(self) -> int:
        """Return how many requests were answered."""
        return round(sum(self.by_status.values()))

    @property
    def errors(self) -> int:
        """Return how many answers were errors of ours (5xx)."""
        return round(sum(n for status, n in self.by_status.items() if status >= 500))

    @property
    def refusals(self) -> int:
        """Return how many answers were errors of the caller's (4xx)."""
        return round(sum(n for status, n in self.by_status.items() if 400 <= status < 500))

    @property
    def mean_s(self) -> float:
        """Return the mean time to answer in seconds; 0 without requests."""
        return self.seconds / self.timed if self.timed else 0.0

    def quantile_s(self, share: float) -> float:
        """Return the time within which `share` of the requests were answered, in seconds.

        For what lies above the largest bucket the bound of that bucket; 0 without requests.
        """
        total = self.buckets.get(inf, 0.0)
        if total <= 0:
            return 0.0
        wanted, lower, below = share * total, 0.0, 0.0
        for bound, count in sorted(self.buckets.items()):
            if count >= wanted:
                if bound == inf or count <= below:
                    return lower
                return lower + (bound - lower) * (wanted - below) / (count - below)
            lower, below = bound, count
        return lower

    def add(self, other: "Traffic") -> None:
        """Add the requests of another endpoint."""
        for status, number in other.by_status.items():
            self.by_status[status] += number
        for bound, count in other.buckets.items():
            self.buckets[bound] += count
        self.seconds += other.seconds
        self.timed += other.timed


def by_endpoint(counters: Iterable[Mapping[str, float]]) -> dict[str, Traffic]:
    """Return the traffic of each endpoint, from counters under their Prometheus names."""
    found: dict[str, Traffic] = {}
    for named in counters:
        for spelled, number in named.items():
            parts = _COUNTER.fullmatch(spelled)
            if parts is None:
                continue
            traffic = found.setdefault(parts["endpoint"], Traffic(parts["endpoint"]))
            match parts["kind"]:
                case "requests_total":
                    traffic.by_status[int(parts["value"])] += number
                case "request_seconds_bucket":
                    traffic.buckets[float(parts["value"])] += number
                case "request_seconds_sum":
                    traffic.seconds += number
                case "request_seconds_count":
                    traffic.timed += number
    return found


def all_of(found: Iterable[Traffic]) -> Traffic:
    """Return the traffic of all endpoints together."""
    whole = Traffic("all")
    for traffic in found:
        whole.add(traffic)
    return whole
