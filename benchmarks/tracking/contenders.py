"""Who is measured: our realtime program, our endpoint alone, and the rivals."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from redis import Redis as SyncRedis
from redis.asyncio import Redis

from benchmarks.city.errors import CityError
from benchmarks.city.private_installation import NO_LIMIT, ROOT
from geo.vehicle import Vehicle
from jobs.machine.child import end, spawn
from jobs.machine.log_files import open_log, quoted, tail
from jobs.machine.private_redis import prepare_redis
from jobs.machine.private_server import started
from jobs.machine.programs import answers_http
from jobs.machine.steps import CannotGoOn
from tracking import plans, tickets
from tracking.plans import CourierPlan, CourierState
from tracking.tickets import Grant, Kind

READY_S = 60.0
NPM_S = 180.0
MODULES = ("socket.io@4", "bufferutil@4")
SERVER_CORE = 0
_TICKET_S = 600


@dataclass(frozen=True, slots=True)
class Contender:
    """A running server; `redis_url` is set where it has a Redis behind it."""

    name: str
    port: int
    pid: int
    redis_url: str = ""
    redis_pid: int = 0

    async def addresses(self, phones: int) -> list[str]:
        """Return what each phone adds to the address to be let in: a ticket of ours."""
        if not self.redis_url:
            return [""] * phones
        async with Redis.from_url(self.redis_url) as redis:
            couriers = [UUID(int=number + 1) for number in range(phones)]
            on_shift = [
                CourierPlan(one, "Carla Courier", Vehicle.MOTORCYCLE, CourierState.FREE, ())
                for one in couriers
            ]
            await plans.publish(redis, on_shift, [], complete=True)
            return await _addresses(redis, [_grant(courier_id) for courier_id in couriers])

    async def staff_addresses(self, people: int) -> list[str]:
        """Return the same for dispatchers."""
        if not self.redis_url:
            return [""] * people
        async with Redis.from_url(self.redis_url) as redis:
            return await _addresses(redis, [_staff_grant(number) for number in range(people)])


async def _addresses(redis: Redis, grants: Sequence[Grant]) -> list[str]:
    return [f"&ticket={await tickets.issue(redis, grant, _TICKET_S)}" for grant in grants]


def _staff_grant(number: int) -> Grant:
    name = f"operator-{number}"
    return Grant(Kind.STAFF, "operator", name, ("platform",), session_id=f"session-{name}")


def _grant(courier_id: UUID) -> Grant:
    return Grant(
        kind=Kind.COURIER,
        role="courier",
        subject=str(courier_id),
        rooms=(f"courier:{courier_id}",),
        session_id=f"session-{courier_id}",
        courier_id=courier_id,
    )


@contextmanager
def ours(folder: Path) -> Iterator[Contender]:
    """Run the realtime program on a Redis of its own; everything that it does is on."""
    try:
        server = prepare_redis(folder / "servers", os.environ, durable=True)
        with started(server):
            environment = {
                "HERMOD_REDIS_URL": server.url,
                "HERMOD_LOG_LEVEL": "warning",
                "HERMOD_CONNECTIONS_PER_ADDRESS": NO_LIMIT,
                "HERMOD_SOCKETS_PER_HOLDER": NO_LIMIT,
                "HERMOD_PHONE_FIXES_PER_S": NO_LIMIT,  # rivals read as fast as they can
            }
            words = (sys.executable, "-m", "api.realtime")
            with _running("ours", words, folder, environment) as (port, pid):
                yield Contender("ours", port, pid, server.url, _pid_of(server.url))
    except CannotGoOn as error:
        raise CityError(str(error)) from error


def _pid_of(redis_url: str) -> int:
    with SyncRedis.from_url(redis_url) as redis:
        told: Any = redis.info("server")
    return int(told["process_id"])


@contextmanager
def endpoint(folder: Path) -> Iterator[Contender]:
    """Run our socket endpoint alone, doing for a frame what the rivals do."""
    with _alone("endpoint", folder) as contender:
        yield contender


@contextmanager
def stock(folder: Path) -> Iterator[Contender]:
    """Run python-socketio as its manual shows it."""
    with _alone("stock", folder) as contender:
        yield contender


@contextmanager
def raw(folder: Path) -> Iterator[Contender]:
    """Run the floor: aiohttp's own WebSockets."""
    with _alone("raw", folder) as contender:
        yield contender


@contextmanager
def _alone(name: str, folder: Path) -> Iterator[Contender]:
    words = (sys.executable, "-m", f"benchmarks.tracking.{name}_server")
    with _running(name, words, folder, {}) as (port, pid):
        yield Contender(name, port, pid)


@contextmanager
def node(folder: Path) -> Iterator[Contender]:
    """Run socket.io on node; its modules are installed under `folder`."""
    program = shutil.which("node")
    if program is None:
        raise CityError("node is not installed: leave it out of --peers, or install node 20.")
    modules = _node_modules(folder)
    words = (program, str(ROOT / "benchmarks" / "tracking" / "node_server.cjs"))
    with _running("node", words, folder, {"NODE_PATH": str(modules)}) as (port, pid):
        yield Contender("node", port, pid)


def _node_modules(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise CityError("npm is not installed: leave node out of --peers, or install npm.")
    words = (npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), *MODULES)
    try:
        done = subprocess.run(  # noqa: S603  # a fixed command
            words, capture_output=True, text=True, check=False, timeout=NPM_S, cwd=folder
        )
    except subprocess.TimeoutExpired as error:
        raise CityError(f"npm did not install socket.io within {NPM_S:g} s.") from error
    if done.returncode != 0:
        said = quoted((done.stdout + done.stderr).splitlines()[-10:])
        raise CityError(f"{said}npm could not install socket.io; what it said stands above.")
    return folder / "node_modules"


@contextmanager
def _running(
    name: str, words: Sequence[str], folder: Path, environment: dict[str, str]
) -> Iterator[tuple[int, int]]:
    """Run a server on a free port and on one core; yield its port and its process."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = int(door.getsockname()[1])
    own = {k: v for k, v in os.environ.items() if not k.startswith("HERMOD_")}
    is_ours = name == "ours"
    more = {"HERMOD_REALTIME_PORT": str(port)} if is_ours else {}
    log = open_log(folder / f"{name}.log")
    try:
        child = spawn(
            words if is_ours else (*words, str(port)),
            environment={**own, **environment, **more},
            cwd=ROOT,
            output=log,
        )
    finally:
        os.close(log)
    try:
        is_ready = answers_http(port, "/health/ready") if is_ours else lambda: _listens(port)
        until = time.monotonic() + READY_S
        while not is_ready():
            if child.poll() is not None or time.monotonic() > until:
                said = quoted(tail(folder / f"{name}.log", 20))
                raise CityError(f"{said}The server {name} does not start.")
            time.sleep(0.1)
        if (os.cpu_count() or 1) > 1:
            _pin(child.pid)
        yield port, child.pid
    finally:
        end(child, signal.SIGTERM, 10.0)


def _pin(pid: int) -> None:
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {SERVER_CORE})


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True
