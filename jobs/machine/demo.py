"""The demo: which programs run, in which order, with which settings, and what is printed."""

import dataclasses
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.kit.clock import Clock, real_now
from jobs.machine.business_clock import carried_on, load_clock, save_clock, stopped
from jobs.machine.installation import Installation
from jobs.machine.named_servers import KINDS, look_for_named
from jobs.machine.programs import Probe, Program, Restart, answers_http, server_program
from jobs.machine.services import Services, prepare
from jobs.machine.steps import CannotGoOn, say
from jobs.machine.supervisor import Supervisor
from jobs.machine.wish import Wish

NAMED_SERVERS = tuple(kind.variable for kind in KINDS)
OFFER_S, READING_S = 45.0, 15.0
"""How long an offer lives: business seconds, but at least so many real ones: people answer too."""
RATES = ("AUTH", "PUBLIC", "READ", "WRITE")


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of a demo: they lie next to each other. `sms` is where its text messages go."""

    http: int
    realtime: int
    jobs: int
    sms: int


def may_run(wish: Wish, environment: Mapping[str, str]) -> None:
    """Raise CannotGoOn when a port is taken, or for named servers that are away or to be reset."""
    for port in dataclasses.astuple(ports_of(wish)):
        if not _is_free(port):
            message = (
                f"Port {port} is in use: choose another with PORT={_other(port)}"
                " (the three ports after it are used too)."
            )
            raise CannotGoOn(message)
    if wish.reset and any(environment.get(name) for name in NAMED_SERVERS):
        message = (
            f"RESET=1 deletes only private servers: empty the ones in {' and '.join(NAMED_SERVERS)}"
            " yourself, then run it without RESET."
        )
        raise CannotGoOn(message)
    look_for_named(environment)


def ports_of(wish: Wish) -> Ports:
    """Return the demo's ports."""
    return Ports(*range(wish.port, wish.port + 4))


def _other(port: int) -> int:
    return port + 10 if port + 13 <= 65535 else 8090


def _is_free(port: int) -> bool:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def run_demo(
    installation: Installation,
    wish: Wish,
    environment: Mapping[str, str],
    *,
    now: datetime,
    lock: int,
) -> None:
    """Run the whole installation until somebody stops it.

    `lock` is the descriptor of the checkout's lock, held by the caller and by what it starts.
    Raises CannotGoOn when a program does not come up.
    """
    if wish.reset:
        installation.reset()
    ports = ports_of(wish)
    database_url, redis_url = (environment.get(name, "") for name in NAMED_SERVERS)
    services = prepare(
        installation.servers, durable=True, database_url=database_url, redis_url=redis_url
    )
    clock = next_clock(installation, now, wish.speed)
    settings = settings_of(installation, services, ports, clock)
    programs = programs_of(installation, services, ports, wish, {**environment, **settings})
    supervisor = Supervisor(programs, installation.logs, keep_open=(lock,))
    say("Starting (logs in .hermod/logs):")
    try:
        supervisor.run(lambda: say(links(installation, services, ports, wish)))
    finally:
        save_clock(clock_file(installation), stopped(clock, real_now()))
    say("Stopped. The data stays; `make demo RESET=1` starts afresh.")


def clock_file(installation: Installation) -> Path:
    """Return where the business clock is kept between two demos."""
    return installation.business / "clock.json"


def next_clock(installation: Installation, now: datetime, speed: float) -> Clock:
    """Return the business clock of this start and keep it for the next."""
    path = clock_file(installation)
    clock = carried_on(load_clock(path), now, speed)
    save_clock(path, clock)
    return clock


def settings_of(
    installation: Installation, services: Services, ports: Ports, clock: Clock
) -> dict[str, str]:
    """Return the environment variables that make the programs one installation."""
    return {
        "HERMOD_DATABASE_URL": services.database_url,
        "HERMOD_REDIS_URL": services.redis_url,
        "HERMOD_HTTP_PORT": str(ports.http),
        "HERMOD_REALTIME_PORT": str(ports.realtime),
        "HERMOD_JOBS_PORT": str(ports.jobs),
        "HERMOD_SMS_URL": f"http://127.0.0.1:{ports.sms}",
        "HERMOD_STATE_DIR": str(installation.business),
        "HERMOD_BASEMAP_FILE": str(basemap(installation)),
        "HERMOD_CLOCK_EPOCH": clock.epoch.isoformat(),
        "HERMOD_CLOCK_START": clock.start.isoformat(),
        "HERMOD_CLOCK_SPEED": str(clock.speed),
        "HERMOD_OFFER_S": str(max(OFFER_S, READING_S * clock.speed)),
        "HERMOD_SECRET_KEY": installation.secret_key(),
        "HERMOD_BCRYPT_COST": "4",  # hundreds of robots sign in; nothing here is worth stealing
        "HERMOD_OPTIMIZE_LOCAL": "true",
        "PYTHONUNBUFFERED": "1",
        # A whole city calls from one address.
        **{f"HERMOD_RATE_{kind}_PER_MIN": "1000000" for kind in RATES},
        "HERMOD_CODES_PER_ADDRESS_PER_DAY": "1000000",
        "HERMOD_CONNECTIONS_PER_ADDRESS": "1000000",
    }


def basemap(installation: Installation) -> Path:
    """Return where the map of the demo's city lies."""
    return installation.business / "city.pmtiles"


def programs_of(
    installation: Installation,
    services: Services,
    ports: Ports,
    wish: Wish,
    environment: Mapping[str, str],
) -> tuple[Program, ...]:
    """Return the demo's programs in starting order: the one table to change."""

    def python(
        name: str,
        *words: str,
        is_ready: Probe | None = None,
        restart: Restart = Restart.ALWAYS,
        stop_signal: signal.Signals = signal.SIGTERM,
        on_terminal: bool = False,
    ) -> Program:
        return Program(
            name=name,
            command=(str(installation.python), *words),
            environment=environment,
            cwd=installation.root,
            is_ready=is_ready,
            restart=restart,
            stop_signal=stop_signal,
            on_terminal=on_terminal,
        )

    def answers(port: int) -> Probe:
        return answers_http(port, "/health/ready")

    streets = ("--city", str(wish.city or "none"), "--seed", str(wish.seed))
    draw_map = ("-m", "benchmarks.city", "map", "--out", str(basemap(installation)))
    play = (
        *("-m", "benchmarks.city", "run", "--url", f"http://127.0.0.1:{ports.http}"),
        *("--sms-port", str(ports.sms), "--couriers", str(wish.couriers)),
    )
    return (
        *(server_program(server) for server in services.private),
        python("migrate", "-m", "api.migrate", restart=Restart.NEVER),
        python("seed", "-m", "jobs.seed", restart=Restart.NEVER),
        python("map", *draw_map, *streets, restart=Restart.NEVER),
        python("api", "-m", "api", is_ready=answers(ports.http)),
        python("realtime", "-m", "api.realtime", is_ready=answers(ports.realtime)),
        python("jobs", "-m", "jobs", is_ready=answers(ports.jobs)),
        python(
            "city",
            *(*play, *streets),
            restart=Restart.ON_FAILURE,
            stop_signal=signal.SIGINT,
            on_terminal=True,
        ),
    )


def links(installation: Installation, services: Services, ports: Ports, wish: Wish) -> str:
    """Return what a person wants to know once everything runs."""
    address = f"http://127.0.0.1:{ports.http}"
    by_hand = {server.name: server.by_hand for server in services.private}
    rows = (
        ("console", _console(installation, address)),
        ("customers", f"http://127.0.0.1:{ports.sms}/ (tracking pages, text messages)"),
        ("courier", f"{address}/courier (the code comes by text message)"),
        ("API", f"{address}/docs"),
        ("PostgreSQL", by_hand.get("postgres", "the one named in HERMOD_DATABASE_URL")),
        ("Redis", by_hand.get("redis", "the one named in HERMOD_REDIS_URL")),
        ("logs", f"{installation.logs}"),
    )
    lines = "".join(f"  {name:<11} {where}\n" for name, where in rows)
    speed = "" if wish.speed == 1.0 else f", business time runs {wish.speed:g} times as fast"
    city = f"A city with {wish.couriers} couriers lives here{speed}:"
    return f"\n{city}\n{lines}Stop it with Ctrl-C; the data stays.\n"


def _console(installation: Installation, address: str) -> str:
    """Return the console's address: with the one-time link that the seed may have left."""
    try:
        link = (installation.business / "console_link").read_text().strip()
    except FileNotFoundError:
        return f"{address}/"
    return f"{address}{link}"
