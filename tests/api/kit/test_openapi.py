"""The API document: valid, complete, and in step with the endpoint tables."""

import re
from typing import Any

import pytest
from aiohttp import web
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.app import api_document
from api.endpoints import ENDPOINTS
from api.kit.actor import PERMISSIONS, PUBLIC, SIGNED_IN, Actor, Role
from api.kit.endpoint import AnyEndpoint, Idempotency, Owner
from api.kit.rate_limit import RateClass
from api.kit.schema import Nothing
from api.kit.upload import Upload
from tests.support.programs import Stack

DOCUMENT: dict[str, Any] = api_document()
NAMES = [f"{endpoint.method} {endpoint.path}" for endpoint in ENDPOINTS]
each_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMES)


def operation(endpoint: AnyEndpoint) -> dict[str, Any]:
    """Return what the document says of an endpoint."""
    found: dict[str, Any] = DOCUMENT["paths"][endpoint.path][endpoint.method.lower()]
    return found


OPTIMIZE = "POST /api/v1/optimize"
"""The door in VROOM's format: its errors and keys are VROOM's too, so it stands in no table."""


def test_the_document_is_valid_openapi() -> None:
    errors = list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors())
    assert errors == []


def test_table_and_document_hold_the_same_operations() -> None:
    described = [
        f"{method.upper()} {path}" for path, item in DOCUMENT["paths"].items() for method in item
    ]
    assert sorted(described) == sorted([*NAMES, OPTIMIZE])
    ids = [operation(endpoint)["operationId"] for endpoint in ENDPOINTS]
    assert len(set(ids)) == len(ids)


def test_table_and_router_hold_the_same_endpoints(stack: Stack) -> None:
    app: web.Application = stack.api.app
    routed = {
        f"{route.method} {route.resource.canonical}"
        for route in app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/api/")
    }
    heads = {name.replace("GET", "HEAD", 1) for name in NAMES if name.startswith("GET")}
    assert routed == {*NAMES, *heads, OPTIMIZE}


@each_endpoint
def test_an_endpoint_declares_everything(endpoint: AnyEndpoint) -> None:
    assert isinstance(endpoint.owner, Owner)
    assert isinstance(endpoint.rate_class, RateClass)
    assert isinstance(endpoint.key_rule, Idempotency)
    most_mib = 10 if endpoint.signature.body is Upload else 1
    assert 1024 <= endpoint.body_limit <= most_mib * 1024 * 1024
    assert endpoint.summary.endswith(".")
    if endpoint.permission in {PUBLIC, SIGNED_IN}:
        return
    assert re.fullmatch(r"[a-z]+:[a-z]+", endpoint.permission)
    assert any(Actor(role=role).may(endpoint.permission) for role in Role)


@each_endpoint
def test_what_is_changed_by_anybody_belongs_to_somebody(endpoint: AnyEndpoint) -> None:
    """Owner and permission fit: nothing of the platform is public, nothing public is one's own."""
    if endpoint.owner is Owner.PLATFORM:
        holders = {role for role in Role if Actor(role=role).may(endpoint.permission)}
        assert not holders & {Role.CUSTOMER, Role.COURIER, Role.VENDOR, Role.SERVICE}
    if endpoint.permission == PUBLIC:
        assert endpoint.owner in {Owner.ANYONE, Owner.LINK_HOLDER}


@each_endpoint
def test_the_document_tells_what_an_endpoint_demands(endpoint: AnyEndpoint) -> None:
    told = operation(endpoint)
    parameters = {(p["in"], p["name"]): p["required"] for p in told["parameters"]}
    for name in re.findall(r"{(\w+)}", endpoint.path):
        assert parameters["path", name] is True
    required = endpoint.key_rule is Idempotency.REQUIRED
    if endpoint.key_rule is Idempotency.UNUSED:
        assert ("header", "Idempotency-Key") not in parameters
    else:
        assert parameters["header", "Idempotency-Key"] is required
    assert (("header", "If-Match") in parameters) == endpoint.demands_version
    assert ("requestBody" in told) == (endpoint.signature.body is not Nothing)
    assert (told.get("security") == []) == (endpoint.permission == PUBLIC)
    assert str(endpoint.status) in told["responses"]
    if endpoint.demands_version:
        assert {"412", "428"} <= set(told["responses"])
    if endpoint.permission != PUBLIC:
        assert {"401", "403"} <= set(told["responses"])
    assert ("ETag" in told["responses"][str(endpoint.status)].get("headers", {})) == (
        endpoint.versioned
    )


@each_endpoint
def test_the_version_that_a_change_demands_can_be_read_at_the_same_path(
    endpoint: AnyEndpoint,
) -> None:
    if endpoint.demands_version:
        assert any(e.path == endpoint.path and e.versioned and e.reads_only for e in ENDPOINTS)


def test_orders_demand_an_idempotency_key() -> None:
    demanding = {e.path for e in ENDPOINTS if e.key_rule is Idempotency.REQUIRED}
    assert demanding == {"/api/v1/orders"}


def test_every_role_has_its_permissions_written_down() -> None:
    assert set(PERMISSIONS) == set(Role)
