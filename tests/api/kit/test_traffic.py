"""Traffic: counted per endpoint, added up, and quantiles that lie where the buckets say."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from api.kit.traffic import Traffic, all_of, by_endpoint

BOUNDS = (0.01, 0.05, 0.25, 1.0)
GET, POST = "GET /api/v1/orders/{orderId}", "POST /api/v1/orders"


def counters(endpoint: str, seconds: list[float], status: int = 200) -> dict[str, float]:
    """Return what a process would have counted."""
    registry = CollectorRegistry()
    histogram = Histogram(
        "hermod_http_request_seconds", "x", ["endpoint"], buckets=BOUNDS, registry=registry
    )
    for took in seconds:
        histogram.labels(endpoint).observe(took)
    found = {f'hermod_http_requests_total{{endpoint="{endpoint}",status="{status}"}}': len(seconds)}
    for metric in registry.collect():
        for sample in metric.samples:
            if not sample.name.endswith("_created"):
                labels = ",".join(f'{k}="{v}"' for k, v in sample.labels.items())
                found[f"{sample.name}{{{labels}}}"] = sample.value
    return {name: float(value) for name, value in found.items()}


def test_requests_errors_and_refusals_are_told_apart() -> None:
    found = by_endpoint([
        counters(GET, [0.02] * 6),
        counters(GET, [0.02] * 3, 404),
        counters(GET, [0.02], 503),
        {'hermod_deliveries_total{status="failed"}': 9.0},
    ])
    assert set(found) == {GET}
    one = found[GET]
    assert (one.requests, one.refusals, one.errors) == (10, 3, 1)
    assert one.mean_s == pytest.approx(0.02)


def test_a_quantile_lies_between_the_bounds_of_its_bucket() -> None:
    one = by_endpoint([counters(GET, [0.005] * 90 + [0.1] * 9 + [30.0])])[GET]
    assert one.quantile_s(0.5) == pytest.approx(0.01 * 50 / 90)
    assert 0.05 < one.quantile_s(0.95) <= 0.25
    assert one.quantile_s(1.0) == 1.0  # above the largest bucket nobody knows more


def test_without_requests_everything_is_nothing() -> None:
    none = Traffic("all")
    assert (none.requests, none.errors, none.mean_s, none.quantile_s(0.99)) == (0, 0, 0.0, 0.0)


@given(
    st.lists(st.floats(0.0001, 3.0), min_size=1, max_size=60),
    st.lists(st.floats(0.0001, 3.0), min_size=1, max_size=60),
    st.floats(0.01, 0.99),
)
def test_all_together_is_what_one_process_would_have_counted(
    some: list[float], others: list[float], share: float
) -> None:
    apart = all_of(by_endpoint([counters(GET, some), counters(POST, others)]).values())
    together = by_endpoint([counters(GET, some + others)])[GET]
    assert apart.requests == together.requests
    assert apart.buckets == together.buckets
    assert apart.quantile_s(share) == together.quantile_s(share)
    exact = sorted(some + others)[min(len(some + others) - 1, int(share * len(some + others)))]
    bound = min(b for b in (*BOUNDS, inf) if exact <= b)
    assert together.quantile_s(share) <= bound
