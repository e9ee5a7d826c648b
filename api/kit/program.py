"""Running an aiohttp application as a program: its limits, its signals, its graceful end."""

import asyncio
import gc
import logging
import resource
import signal
from collections.abc import Collection, Coroutine
from typing import Any

import uvloop
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from api.kit.cannot_start import CannotStart
from tracking.crowd import Crowd

log = logging.getLogger("api.program")
_connections = logging.getLogger("api.program.connections")

IDLE_S = 20.0
"""How long a connection may say nothing, or send half a request head."""

FILES_OF_OUR_OWN = 256
"""Open files that a program keeps for its database, Redis and logs."""

CONNECTIONS_OF_ONE = 1000
"""Connections of one address: many people share that of a phone company."""

GARBAGE = 10_000
"""How many objects more than were freed are made before the collector looks for cycles."""

GRACE_S = 8.0
"""How long requests under way may take to end when the program is told to stop."""


def guarded(app: web.Application, idle_s: float = IDLE_S) -> web.AppRunner:
    """Return a runner for `app` with every limit on what a client may send, and how slowly.

    Request bodies are never inflated: a small compressed bomb would stop the event loop for
    seconds. Idle and half-sent requests are closed by the keep-alive timer, which aiohttp starts
    with the connection.
    """
    _connections.addFilter(_one_line_for_what_is_not_http)
    return web.AppRunner(
        app,
        handle_signals=False,
        access_log=None,
        logger=_connections,
        keepalive_timeout=idle_s,
        auto_decompress=False,
        lingering_time=1.0,
        max_line_size=8190,
        max_field_size=8190,
        max_headers=64,
        shutdown_timeout=GRACE_S,
    )


def room(of_one: int = CONNECTIONS_OF_ONE, proxies: Collection[str] = ()) -> Crowd:
    """Raise the limit of open files as far as it goes; return the count of who may connect."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return Crowd(max(hard - FILES_OF_OUR_OWN, hard // 2), of_one, exempt=proxies)


def count_connections(server: web.Server, crowd: Crowd) -> None:
    """Close at once what connects when `crowd` has no room, before a byte of it is read."""
    made, lost = server.connection_made, server.connection_lost
    names: dict[object, str] = {}

    def connection_made(handler: Any, transport: asyncio.Transport) -> None:
        made(handler, transport)
        peer = transport.get_extra_info("peername")
        name = peer[0] if peer else ""
        if crowd.enter(name):
            names[handler] = name
        else:
            transport.abort()

    def connection_lost(handler: Any, exc: BaseException | None = None) -> None:
        lost(handler, exc)
        name = names.pop(handler, None)
        if name is not None:
            crowd.leave(name)

    server.connection_made = connection_made  # type: ignore[method-assign]  # aiohttp has no hook
    server.connection_lost = connection_lost  # type: ignore[method-assign]  # aiohttp has no hook


def _one_line_for_what_is_not_http(record: logging.LogRecord) -> bool:
    """Tell of a request that cannot be parsed as what it is: a client's fault, in one line."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, HttpProcessingError):
        return True
    record.levelno, record.levelname = logging.INFO, "INFO"
    record.msg, record.args, record.exc_info = "not HTTP", (), None
    record.reason, record.status = type(error).__name__, error.code
    return _connections.isEnabledFor(logging.INFO)


def collect_garbage_less() -> None:
    """Let the garbage collector leave alone what lives as long as the program, and come less often.

    Nearly all of a request is freed by counting references; the collector finds little and costs
    a tenth of the time. Call it when the program is set up.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


async def serve(app: web.Application, host: str, port: int, crowd: Crowd | None = None) -> None:
    """Serve `app` until SIGTERM or SIGINT, then let requests under way end.

    Raises `CannotStart` where the port is taken; whatever had begun is ended.
    """
    runner = guarded(app)
    stop = asyncio.Event()
    try:
        await runner.setup()
        if runner.server is not None:
            count_connections(runner.server, crowd or room())
        await _listen(runner, host, port)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        collect_garbage_less()
        log.info("listening", extra={"host": host, "port": port})
        await stop.wait()
        log.info("stopping")
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
    except OSError as error:
        why = error.strerror or error
        message = (
            f"Nobody can be let in at {host}, port {port}: {why}. "
            "Stop what listens there, or choose another port."
        )
        raise CannotStart(message) from error


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a program's coroutine on uvloop; an error that ends it is in the log too."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main)
    except Exception:
        log.critical("the program ends by an error", exc_info=True)
        raise
