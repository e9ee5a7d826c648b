"""What a supervisor is told about a program: its command, when it is ready, how it ends."""

import http.client
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from jobs.machine.child import Account
from jobs.machine.private_server import ENVIRONMENT, STOP_S, Server

Probe = Callable[[], bool]
"""Answers within about a second whether a program does its work."""


class Restart(Enum):
    """What the end of a program means."""

    ALWAYS = "it serves: start it again whatever it said"
    ON_FAILURE = "it may finish: start it again only when it failed"
    NEVER = "it runs once, before the programs after it"


@dataclass(frozen=True, slots=True)
class Program:
    """One program of an installation.

    It is ready when `is_ready` says so; without a probe, as soon as it runs (one that runs once:
    when it has ended well). `first_ready_s` bounds the first wait, `grace_s` the time to stop by
    itself after `stop_signal`. Its output goes to its log, or to the terminal.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    cwd: Path = Path("/")
    is_ready: Probe | None = None
    restart: Restart = Restart.ALWAYS
    stop_signal: signal.Signals = signal.SIGTERM
    grace_s: float = 10.0
    first_ready_s: float = 120.0
    account: Account | None = None
    on_terminal: bool = False


def server_program(server: Server) -> Program:
    """Return a private server as a program to supervise."""
    return Program(
        name=server.name,
        command=server.command,
        environment=ENVIRONMENT,
        is_ready=server.is_ready,
        stop_signal=server.stop_signal,
        grace_s=STOP_S,
        account=server.account,
    )


def answers_http(port: int, path: str, *, host: str = "127.0.0.1") -> Probe:
    """Return a probe: does GET `path` at `host:port` answer 200?"""

    def ask() -> bool:
        connection = http.client.HTTPConnection(host, port, timeout=1.0)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    return ask
