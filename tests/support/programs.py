"""pytest plugin: our three programs inside the test's own event loop, on real servers.

`stack` has the API and the realtime program listening on ports of their own, and a job worker whose
loops the test runs by hand (`settle`) or lets run (`live`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvloop
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.smtp import SMTP
from pydantic import SecretStr

from api import app as api_app
from api import realtime as realtime_app
from api.kit.db import Database
from api.kit.events import LANES
from api.settings import MailTls, Settings
from jobs import courier_plans, dispatch_tick, offer_expiry
from jobs.outbox_relay import Relay
from jobs.solver import Solver
from jobs.station import Station
from jobs.trail_settling import TrailSettling
from jobs.trail_writer import TrailWriter
from jobs.worker import create_app, open_station
from tests.support.inbox import MailInbox
from tests.support.people import Person, SmsInbox
from tracking import plans


@dataclass
class Stack:
    """A whole installation, as tests see it."""

    settings: Settings
    database: Database
    station: Station
    api: TestServer
    realtime: TestServer
    sms: SmsInbox
    mail: MailInbox
    solver: Solver = field(default_factory=Solver)

    def person(self) -> Person:
        """Return somebody who is not signed in."""
        return Person(str(self.api.make_url("")).rstrip("/"))

    async def settle(self) -> None:
        """Handle every waiting event, and the events that follow from them."""
        for lane in (*LANES, *LANES):
            relay = Relay(self.station, lane)
            relay.woken.set()
            await relay.handle_once()
            await relay.tell_once()

    async def dispatch(self) -> None:
        """Run one dispatch tick, and tell what it decided."""
        await self.settle()
        await dispatch_tick.DispatchTick(self.station, self.solver).run_once()
        await self.settle()

    async def expire_offers(self) -> None:
        """Close overdue offers."""
        await offer_expiry.close_overdue(self.station)
        await self.settle()

    async def write_trails(self) -> None:
        """Make every fix that is in the stream durable, and settle it."""
        writer = TrailWriter(self.station)
        await writer.run_once()
        await writer.run_once()
        await TrailSettling(self.station).run_once()

    async def resync(self) -> None:
        """Bring live tracking in line with the database."""
        await courier_plans.resync(self.station)

    @asynccontextmanager
    async def live(self) -> AsyncIterator[None]:
        """Let the job worker's loops run by themselves."""
        server = TestServer(create_app(self.station))
        await server.start_server()
        try:
            yield
        finally:
            await server.close()

    async def rows(self, sql: str, *arguments: Any) -> list[Any]:
        """Return what the database says."""
        async with self.database.connection() as db:
            return list(await db.fetch(sql, *arguments))


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """Return the settings of the test's installation."""
    return Settings(
        database_url=SecretStr(database_url),
        redis_url=SecretStr(redis_url),
        secret_key=SecretStr("a secret of the tests, long enough 0123456789"),
        state_dir=tmp_path,
        bcrypt_cost=4,
        code_gap_s=0,
        codes_per_day=100_000,
        codes_per_address_per_day=100_000,
        rate_auth_per_min=100_000,
        rate_public_per_min=100_000,
        rate_read_per_min=100_000,
        rate_write_per_min=100_000,
        rate_upload_per_min=100_000,
        rate_export_per_min=100_000,
        rate_phone_per_min=100_000,
        tracking_tick_ms=30,
        dispatch_tick_s=0.2,
        dispatch_service_s=60,
    )


@pytest.fixture
async def stack(settings: Settings, database: Database) -> AsyncIterator[Stack]:
    """Return an installation with empty servers."""
    async with AsyncExitStack() as exits:
        inbox = SmsInbox()
        gateway = TestServer(inbox.app())
        await gateway.start_server()
        exits.push_async_callback(gateway.close)
        mail = MailInbox()
        postbox = await asyncio.get_running_loop().create_server(
            lambda: SMTP(mail, enable_SMTPUTF8=True), "127.0.0.1", 0
        )
        exits.callback(postbox.close)
        settings = settings.model_copy(
            update={
                "sms_url": str(gateway.make_url("")).rstrip("/"),
                "mail_host": "127.0.0.1",
                "mail_port": postbox.sockets[0].getsockname()[1],
                "mail_tls": MailTls.NONE,
            }
        )
        station = await exits.enter_async_context(open_station(settings, database))
        await station.redis.flushall()
        await courier_plans.resync(station)
        await plans.vouch(station.redis, for_s=600)
        realtime = await _serve(exits, realtime_app.create_app(settings))
        settings = settings.model_copy(update={"realtime_port": realtime.port})
        api = await _serve(exits, api_app.create_app(settings, database))
        built = Stack(settings, database, station, api, realtime, inbox, mail)
        exits.callback(built.solver.stop)
        yield built


async def _serve(exits: AsyncExitStack, app: web.Application) -> TestServer:
    server = TestServer(app)
    await server.start_server(auto_decompress=False)
    exits.push_async_callback(server.close)
    return server


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run tests on uvloop, as the programs do."""
    return {"uvloop": uvloop.new_event_loop}
