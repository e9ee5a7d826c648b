"""A whole Hermod for one benchmark: private servers, the three programs, on free ports."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.city.errors import CityError
from jobs.machine.child import end, spawn
from jobs.machine.log_files import open_log, quoted, tail
from jobs.machine.programs import answers_http
from jobs.machine.services import Services, running
from jobs.machine.steps import CannotGoOn

ROOT = Path(__file__).resolve().parents[2]
READY_S = 60.0
STOP_S = 15.0
NO_LIMIT = "10000000"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the programs listen, and where text messages are expected."""

    http: int
    realtime: int
    jobs: int
    sms: int


@dataclass(frozen=True, slots=True)
class PrivateInstallation:
    """A running Hermod; its logs are in `folder`."""

    folder: Path
    ports: Ports
    processes: Mapping[str, subprocess.Popen[bytes]]

    @property
    def url(self) -> str:
        """Return the address of the API."""
        return f"http://127.0.0.1:{self.ports.http}"

    @property
    def link_file(self) -> Path:
        """Return the file with the city's operator link."""
        return self.folder / "state" / "city_link"

    def dead(self) -> list[str]:
        """Return the names of programs that have ended though nobody asked them to."""
        return [name for name, process in self.processes.items() if process.poll() is not None]


@contextmanager
def installed(folder: Path, settings: Mapping[str, str]) -> Iterator[PrivateInstallation]:
    """Run Hermod with its data under `folder` while the block runs; from the main thread.

    `settings` are environment variables beside those that make it one installation.
    Raises CityError when a server or a program does not come up.
    """
    ports = free_ports()
    with ExitStack() as stack:
        try:
            services = stack.enter_context(running(folder / "servers"))
        except CannotGoOn as error:
            raise CityError(str(error)) from error
        environment = environment_of(services, ports, folder, settings)
        for module in ("api.migrate", "jobs.seed"):
            run_once(module, environment)
        programs = {"api": ports.http, "api.realtime": ports.realtime, "jobs": ports.jobs}
        processes = {
            module: stack.enter_context(_program(module, folder, environment))
            for module in programs
        }
        for module, port in programs.items():
            _await_ready(module, port, processes[module], folder)
        yield PrivateInstallation(folder, ports, processes)


def environment_of(
    services: Services, ports: Ports, folder: Path, settings: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables that make programs one installation on `services`, and `settings`."""
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("HERMOD_")},
        "HERMOD_DATABASE_URL": services.database_url,
        "HERMOD_REDIS_URL": services.redis_url,
        "HERMOD_SECRET_KEY": secrets.token_urlsafe(48),
        "HERMOD_STATE_DIR": str(folder / "state"),
        "HERMOD_HTTP_PORT": str(ports.http),
        "HERMOD_REALTIME_PORT": str(ports.realtime),
        "HERMOD_JOBS_PORT": str(ports.jobs),
        "HERMOD_SMS_URL": f"http://127.0.0.1:{ports.sms}",
        "HERMOD_BCRYPT_COST": "4",
        "HERMOD_LOG_LEVEL": "warning",
        **{f"HERMOD_RATE_{kind}_PER_MIN": NO_LIMIT for kind in ("AUTH", "PUBLIC", "READ", "WRITE")},
        "HERMOD_CODES_PER_ADDRESS_PER_DAY": NO_LIMIT,
        "HERMOD_CONNECTIONS_PER_ADDRESS": NO_LIMIT,
        "PYTHONUNBUFFERED": "1",
        **settings,
    }


def free_ports() -> Ports:
    """Return ports that nobody listens on now."""
    doors = [socket.socket() for _ in range(4)]
    try:
        for door in doors:
            door.bind(("127.0.0.1", 0))
        return Ports(*(door.getsockname()[1] for door in doors))
    finally:
        for door in doors:
            door.close()


def run_once(module: str, environment: Mapping[str, str]) -> None:
    """Run one of our modules to its end; raise CityError with its last words when it fails."""
    done = subprocess.run(  # noqa: S603  # our own modules
        [sys.executable, "-m", module],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = quoted((done.stdout + done.stderr).splitlines()[-20:])
        raise CityError(f"{said}`python -m {module}` failed; its last words stand above.")


@contextmanager
def _program(
    module: str, folder: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    log = open_log(folder / f"{module}.log")
    try:
        child = spawn((sys.executable, "-m", module), environment=environment, cwd=ROOT, output=log)
    finally:
        os.close(log)
    try:
        yield child
    finally:
        end(child, signal.SIGTERM, STOP_S)


def _await_ready(module: str, port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    is_ready = answers_http(port, "/health/ready")
    until = time.monotonic() + READY_S
    while not is_ready():
        if process.poll() is not None or time.monotonic() > until:
            said = quoted(tail(folder / f"{module}.log", 20))
            raise CityError(f"{said}{module} does not start; its last words stand above.")
        time.sleep(0.1)
