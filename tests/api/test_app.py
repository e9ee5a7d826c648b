"""The HTTP program as a whole: health, metrics of all programs, its documents, its outer walls."""

import asyncio
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from api import realtime
from api.app import create_app
from api.identity.revocations import Revocations
from api.kit.db import Database
from api.kit.events import CORE
from api.kit.redis import RedisError, open_redis
from api.kit.work import Work
from api.settings import Settings
from jobs.outbox_relay import Relay
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP, Person
from tests.support.programs import Stack
from tests.support.road import brought_to, complete
from tests.support.servers import ROOT
from tests.support.small_api import guarded_program


async def test_the_program_says_how_it_is(stack: Stack) -> None:
    for base in (stack.api, stack.realtime):
        person = Person(str(base.make_url("")).rstrip("/"))
        for path in ("/health", "/health/live", "/health/ready"):
            answer = await person.get(path)
            assert (answer.status, answer.body["status"]) == (200, "healthy"), path
    checks = (await stack.person().get("/health")).body["checks"]
    assert checks == {"database": "healthy", "redis": "healthy"}


async def test_without_redis_it_lives_but_is_not_ready(
    settings: Settings, database: Database
) -> None:
    """Statement 48: Redis is away; what needs the database only goes on."""
    nowhere = SecretStr(f"unix://{ROOT}/nobody-listens-here.sock")
    app = create_app(settings.model_copy(update={"redis_url": nowhere}), database)
    async with guarded_program(app) as port:
        person = Person(f"http://127.0.0.1:{port}")
        assert (await person.get("/health/live")).status == 200
        ready = await person.get("/health/ready")
        metrics = await person.get("/metrics")
        zones = await person.get("/api/v1/delivery-zones")
    assert (ready.status, ready.body["checks"]["database"]) == (503, "healthy")
    assert ready.body["checks"]["redis"].startswith("unhealthy")
    assert (metrics.status, metrics.code) == (503, "unavailable")
    assert zones.status == 200


async def test_orders_go_on_without_redis(cast: Cast) -> None:
    """Statement 48: Redis is away; an order is placed and read, and its delivery is opened."""
    stack, customer = cast.stack, await cast.customer()
    nowhere = SecretStr(f"unix://{ROOT}/nobody-listens-here.sock")
    app = create_app(stack.settings.model_copy(update={"redis_url": nowhere}), stack.database)
    async with guarded_program(app) as port:
        person = Person(f"http://127.0.0.1:{port}", token=customer.token)
        draft = {"pickup": PICKUP, "dropoff": DROPOFF, "items": [{"title": "A parcel"}]}
        order = (await person.post("/api/v1/orders", draft, key="without-redis-1")).data
        assert (await person.get(f"/api/v1/orders/{order['id']}")).status == 200
        relay = Relay(replace(stack.station, redis=open_redis(nowhere.get_secret_value())), CORE)
        relay.woken.set()
        await relay.handle_once()
        delivery = await cast.delivery_of(order)
    assert delivery["orderId"] == order["id"]
    with pytest.raises(RedisError):
        await relay.tell_once()  # sockets are told when it is back
    await stack.settle()


async def scraped(person: Person, **headers: str) -> str:
    """Return the page of metrics."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{person.base}/metrics", headers=headers) as response,
    ):
        assert response.status == 200
        return await response.text()


async def test_metrics_cover_the_whole_installation(cast: Cast) -> None:
    courier = await cast.courier()
    _order, delivery_id = await brought_to(cast, courier, "in_transit")
    (await complete(courier, delivery_id)).data  # noqa: B018  # fails unless 2xx
    await cast.stack.settle()
    await cast.stack.station.metrics.flush(cast.stack.station.redis)
    page = await scraped(cast.stack.person())
    assert 'hermod_deliveries_total{status="delivered"} 1.0' in page
    assert 'hermod_offers_total{status="accepted"} 1.0' in page
    assert 'hermod_http_requests_total{endpoint="POST /api/v1/orders",status="201"} 1.0' in page
    for name in (
        "fixes_total counter",
        "dispatch_tick_seconds histogram",
        "fanout_seconds histogram",
    ):
        assert f"# TYPE hermod_{name}" in page


async def test_metrics_ask_for_their_token_where_one_is_set(
    settings: Settings, database: Database
) -> None:
    app = create_app(settings.model_copy(update={"metrics_token": SecretStr("a token")}), database)
    async with guarded_program(app) as port:
        person = Person(f"http://127.0.0.1:{port}")
        for wrong in (None, "Bearer another", "Bearer ", "Bearer caf\u00e9", "a"):
            headers = {} if wrong is None else {"Authorization": wrong}
            assert (await person.get("/metrics", headers=headers)).code == "forbidden"
        assert "# TYPE" in await scraped(person, Authorization="Bearer a token")


async def test_metrics_without_a_token_are_for_this_machine_only(
    settings: Settings, database: Database
) -> None:
    """A proxy on this machine speaks for somebody else; both programs look behind it."""
    behind = settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)})
    for app in (create_app(behind, database), realtime.create_app(behind)):
        async with guarded_program(app) as port:
            person = Person(f"http://127.0.0.1:{port}")
            sent = {"X-Forwarded-For": "203.0.113.9"}
            assert (await person.get("/metrics", headers=sent)).code == "forbidden"
            assert "# TYPE" in await scraped(person)


async def test_looking_for_ended_sessions_goes_on_after_an_error(
    stack: Stack, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever logged out would keep a token that works."""
    customer = await cast.customer()
    learn, broken = Revocations.learn, asyncio.Event()

    async def learn_badly(self: Revocations, work: Work) -> None:
        if not broken.is_set():
            broken.set()
            raise ZeroDivisionError
        await learn(self, work)

    monkeypatch.setattr(Revocations, "learn", learn_badly)
    await broken.wait()
    (await customer.post("/api/v1/auth/logout", {})).data  # noqa: B018  # fails unless 2xx

    async def is_refused() -> bool:
        return (await customer.get("/api/v1/auth/me")).status == 401

    async with asyncio.timeout(30):
        while not await is_refused():  # noqa: ASYNC110  # nothing tells; the API is asked
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api/v1/nowhere", "/api/v2/orders", "/api/v1/orders/", "/%00", "/.env"]
)
async def test_a_path_that_is_not_there_is_answered_in_the_envelope(
    stack: Stack, path: str
) -> None:
    answer = await stack.person().get(path)
    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.body["message"].startswith("There is nothing at this path")


@pytest.mark.parametrize(
    "path", ["../app.py", "%2e%2e/app.py", "..%2f..%2fapi/app.py", "/etc/passwd"]
)
async def test_assets_do_not_lead_out_of_their_folder(
    settings: Settings, database: Database, tmp_path: Path, path: str
) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "a.js").write_text("1")
    (tmp_path / "app.py").write_text("secret")
    app = create_app(settings.model_copy(update={"web_dir": tmp_path}), database)
    async with guarded_program(app) as port:
        person = Person(f"http://127.0.0.1:{port}")
        assert (await person.get("/assets/a.js")).status == 200
        assert (await person.get(f"/assets/{path}")).status == 404


async def test_the_document_that_is_served_is_the_one_that_is_made(stack: Stack) -> None:
    served = (await stack.person().get("/openapi.json")).body
    assert served["openapi"] == "3.1.0"
    assert "/api/v1/orders" in served["paths"]


async def test_the_configuration_of_the_pages_holds_no_secret(stack: Stack) -> None:
    told = (await stack.person().get("/config.json")).body
    assert set(told) == {"realtimeUrl", "basemapUrl", "clock"}
    assert stack.settings.secret_key.get_secret_value() not in str(told)
