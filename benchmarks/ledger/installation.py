"""A whole Hermod of the ledger's own, each part of which can be killed: servers and programs."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.city.errors import CityError
from benchmarks.city.private_installation import (
    NO_LIMIT,
    ROOT,
    Ports,
    environment_of,
    free_ports,
    run_once,
)
from benchmarks.city.running import Doors
from benchmarks.ledger.killable import Killable, Start
from jobs.machine.private_server import ENVIRONMENT, Server
from jobs.machine.programs import answers_http
from jobs.machine.services import prepare
from jobs.machine.steps import CannotGoOn

SETTINGS = {
    "HERMOD_ACCESS_TOKEN_S": "86400",  # nobody renews a token while servers die
    "HERMOD_SILENCE_S": "86400",  # an outage of ours is no end of a shift
    "HERMOD_TRAIL_ROWS_DAYS": "90",  # the checker reads rows, those of clocks days off too
    "HERMOD_PHONE_FIXES_PER_S": NO_LIMIT,  # phones send as fast as they can
    "HERMOD_LOG_LEVEL": "warning",
}


@dataclass(frozen=True, slots=True)
class Installation:
    """The parts, running, and where they are."""

    ports: Ports
    doors: Doors
    database_url: str
    redis_url: str
    postgres: Killable
    redis: Killable
    gateway: Killable
    worker: Killable
    api: Killable

    def must_run(self) -> None:
        """Raise CityError when a part has ended though no fault killed it."""
        for part in (self.postgres, self.redis, self.api, self.gateway, self.worker):
            part.must_run()


@asynccontextmanager
async def installed(folder: Path) -> AsyncIterator[Installation]:
    """Run Hermod with its data under `folder` while the block runs; from the main thread.

    PostgreSQL is durable, Redis begins with an append-only file.
    Raises CityError when a part does not come up.
    """
    ports = free_ports()
    try:
        services = prepare(folder / "servers", durable=True)
    except CannotGoOn as error:
        raise CityError(str(error)) from error
    postgres, redis = (Killable(_server(server, folder)) for server in services.private)
    environment = environment_of(services, ports, folder, SETTINGS)

    def program(module: str, port: int) -> Killable:
        return Killable(
            Start(
                name=module,
                command=(sys.executable, "-m", module),
                environment=environment,
                cwd=ROOT,
                log=folder / f"{module}.log",
                is_ready=answers_http(port, "/health/ready"),
            )
        )

    api = program("api", ports.http)
    gateway, worker = program("api.realtime", ports.realtime), program("jobs", ports.jobs)
    try:
        await postgres.start()
        await redis.start()
        for module in ("api.migrate", "jobs.seed"):
            run_once(module, environment)
        for part in (api, gateway, worker):
            await part.start()
        url = f"http://127.0.0.1:{ports.http}"
        doors = Doors(url, folder / "state" / "city_link", ports.sms)
        yield Installation(
            ports,
            doors,
            services.database_url,
            services.redis_url,
            postgres,
            redis,
            gateway,
            worker,
            api,
        )
    finally:
        for part in (worker, gateway, api, redis, postgres):
            part.stop()


def _server(server: Server, folder: Path) -> Start:
    return Start(
        name=server.name,
        command=server.command,
        environment=ENVIRONMENT,
        cwd=Path("/"),
        log=folder / f"{server.name}.log",
        is_ready=server.is_ready,
        stop_signal=server.stop_signal,
        account=server.account,
    )
