"""The door of monitoring, for administrators; /metrics has the same for Prometheus."""

from api.kit.endpoint import Endpoint, Owner
from api.kit.schema import Nothing
from api.kit.work import Work
from api.monitoring import service
from api.monitoring.schema import (
    EndpointsQuery,
    EndpointsView,
    HealthView,
    MetricsView,
    SystemView,
    WindowQuery,
)


async def metrics(work: Work, _path: Nothing, query: WindowQuery, _body: Nothing) -> MetricsView:
    """Requests, errors and times to answer over the last minutes, for the whole installation."""
    return await service.traffic(work, query.minutes)


async def endpoints(
    work: Work, _path: Nothing, query: EndpointsQuery, _body: Nothing
) -> EndpointsView:
    """The same by endpoint: the busiest, the slowest, or those with most errors."""
    return await service.busiest(work, query)


async def health(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> HealthView:
    """How every server, program and queue is, and why we think so."""
    return await service.health(work)


async def system(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> SystemView:
    """Programs with memory, processor time and event-loop lag; servers; clocks; waiting events."""
    return await service.system(work)


_MONITORING = "/api/v1/admin/monitoring"
_PERMISSION = "monitoring:read"

ENDPOINTS = (
    Endpoint("GET", f"{_MONITORING}/metrics", metrics, _PERMISSION, Owner.PLATFORM),
    Endpoint("GET", f"{_MONITORING}/endpoints", endpoints, _PERMISSION, Owner.PLATFORM),
    Endpoint("GET", f"{_MONITORING}/health", health, _PERMISSION, Owner.PLATFORM),
    Endpoint("GET", f"{_MONITORING}/system", system, _PERMISSION, Owner.PLATFORM),
)
