"""The tally of requests counts as prometheus-client's own counters do."""

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from api.kit.request_tally import RequestTally

BOUNDS = (0.001, 0.01, 0.25, 1.0)
SECONDS = st.floats(0.0, 3.0) | st.sampled_from(BOUNDS)
REQUESTS = st.lists(
    st.tuples(st.sampled_from(["GET /a", 'POST /{"b"}']), st.sampled_from([200, 404]), SECONDS),
    max_size=40,
)


def lines(registry: CollectorRegistry) -> set[str]:
    """Return what Prometheus would read; when a counter was made is not told."""
    return {
        line for line in generate_latest(registry).decode().splitlines() if "_created" not in line
    }


@given(REQUESTS)
def test_it_shows_what_the_librarys_own_counters_show(
    requests: list[tuple[str, int, float]],
) -> None:
    tallied, counted = CollectorRegistry(), CollectorRegistry()
    tally = RequestTally("x_request", BOUNDS)
    tallied.register(tally)
    counter = Counter("x_requests", "HTTP requests", ["endpoint", "status"], registry=counted)
    histogram = Histogram(
        "x_request_seconds",
        "time to answer a request",
        ["endpoint"],
        buckets=BOUNDS,
        registry=counted,
    )
    for endpoint, status, seconds in requests:
        tally.note(endpoint, status, seconds)
        counter.labels(endpoint, status).inc()
        histogram.labels(endpoint).observe(seconds)
    assert lines(tallied) == lines(counted)
