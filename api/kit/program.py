"""Running an aiohttp application as a program: its limits, its signals, its graceful end."""

import asyncio
import logging
import signal
from collections.abc import Coroutine
from typing import Any

import uvloop
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

log = logging.getLogger("api.program")
_connections = logging.getLogger("api.program.connections")

IDLE_S = 20.0
"""How long a connection may say nothing, or send half a request head."""

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


def _one_line_for_what_is_not_http(record: logging.LogRecord) -> bool:
    """Tell of a request that cannot be parsed as what it is: a client's fault, in one line."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, HttpProcessingError):
        return True
    record.levelno, record.levelname = logging.INFO, "INFO"
    record.msg, record.args, record.exc_info = "not HTTP", (), None
    record.reason, record.status = type(error).__name__, error.code
    return _connections.isEnabledFor(logging.INFO)


async def serve(app: web.Application, host: str, port: int) -> None:
    """Serve `app` until SIGTERM or SIGINT, then let requests under way end."""
    runner = guarded(app)
    await runner.setup()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await web.TCPSite(runner, host, port, backlog=1024).start()
    log.info("listening", extra={"host": host, "port": port})
    await stop.wait()
    log.info("stopping")
    await runner.cleanup()


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a program's coroutine on uvloop; an error that ends it is in the log too."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main)
    except Exception:
        log.critical("the program ends by an error", exc_info=True)
        raise
