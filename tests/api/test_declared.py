"""Every door of the API is declared: permission, owner rule, rate class, body limit, retries."""

import re

from aiohttp import web

from api.app import create_app
from api.endpoints import ENDPOINTS
from api.kit.actor import PERMISSIONS, PUBLIC, SIGNED_IN, Actor, Role
from api.kit.db import Database
from api.kit.endpoint import KIB, Idempotency, Owner
from api.kit.rate_limit import RateClass
from api.settings import Settings
from tests.support.examples import name_of

PERMISSION = re.compile(r"[a-z-]+:[a-z-]+")
OTHERS = {
    "/": "the console's page, without data",
    "/t/{token}": "the tracking page, without data",
    "/courier": "the courier app's page, without data",
    "/docs": "the documentation's page",
    "/docs/errors": "the table of errors",
    "/assets/{path}": "files of the pages",
    "/openapi.json": "the documentation",
    "/config.json": "where the realtime program is",
    "/basemap.pmtiles": "the map's background",
    "/health": "tests/api/test_app.py",
    "/health/live": "tests/api/test_app.py",
    "/health/ready": "tests/api/test_app.py",
    "/metrics": "tests/api/test_app.py: by token, or from this machine",
    "/api/v1/optimize": "tests/api/optimize/test_door.py: by a key of its own",
    "/phones/osmand": "tests/api/devices/test_receivers.py: by a device's token",
    "/phones/owntracks": "tests/api/devices/test_receivers.py: by a device's token",
}
"""What is not in the endpoint table, and why or where it is shown."""


async def test_the_router_holds_what_is_declared_and_nothing_else(  # noqa: RUF029  # on a loop
    settings: Settings, database: Database
) -> None:
    """Statement 39: a new door that nobody declared fails here."""
    app = create_app(settings, database)
    declared = {(e.method, e.path) for e in ENDPOINTS}
    declared |= {("HEAD", e.path) for e in ENDPOINTS if e.reads_only}
    found = {(route.method, _path(route)) for route in app.router.routes()}
    assert declared <= found
    assert {path for _method, path in found - declared} <= set(OTHERS)


def _path(route: web.AbstractRoute) -> str:
    assert route.resource is not None
    return re.sub(r"{(\w+):[^}]*}", r"{\1}", route.resource.canonical)


def test_every_endpoint_declares_who_whose_how_often_how_much_and_what_a_retry_does() -> None:
    known = {permission for held in PERMISSIONS.values() for permission in held}
    for endpoint in ENDPOINTS:
        name = name_of(endpoint)
        assert isinstance(endpoint.owner, Owner), name
        assert isinstance(endpoint.rate_class, RateClass), name
        assert isinstance(endpoint.key_rule, Idempotency), name
        assert KIB <= endpoint.body_limit <= 32 * 1024 * KIB, name
        if endpoint.permission not in {PUBLIC, SIGNED_IN}:
            assert PERMISSION.fullmatch(endpoint.permission), name
            held = [r for r in Role if Actor(role=r).may(endpoint.permission)]
            assert held, (name, "nobody but a key may", known)
        if endpoint.permission == PUBLIC:
            assert endpoint.owner in {Owner.ANYONE, Owner.LINK_HOLDER}, name
        if endpoint.path.startswith("/api/v1/admin/"):
            assert endpoint.permission not in {PUBLIC, SIGNED_IN}, name
            assert endpoint.owner in {Owner.OWN_ZONES, Owner.PLATFORM}, name


def test_a_new_role_or_a_new_endpoint_opens_nothing_by_itself() -> None:
    """Deny by default: without a role nothing but what is public, and no role holds what is new."""
    nobody = Actor()
    assert [
        name_of(e) for e in ENDPOINTS if nobody.may(e.permission) and e.permission != PUBLIC
    ] == []
    for role in set(Role) - {Role.SUPER_ADMIN}:
        assert not Actor(role=role).may("brand-new:act"), role
    assert set(PERMISSIONS) == set(Role)
