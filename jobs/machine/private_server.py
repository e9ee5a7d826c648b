"""A private server as a value, and running one in the foreground while a block of code runs."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.machine.child import Account, end, spawn
from jobs.machine.log_files import open_log, quoted, tail
from jobs.machine.steps import DISK_FULL, CannotGoOn

READY_S = 60.0
STOP_S = 20.0
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
"""What a server is given: nothing of ours, above all no secrets and no PG* variables."""


@dataclass(frozen=True, slots=True)
class Server:
    """A private server, ready to be started in the foreground by whoever watches over it.

    `url` is for programs, `by_hand` the line with which a person opens it in a terminal.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    account: Account | None
    stop_signal: signal.Signals
    is_ready: Callable[[], bool]
    url: str
    by_hand: str


@contextmanager
def started(server: Server) -> Iterator[Server]:
    """Run `server` while the block runs; call it from the main thread.

    Raises CannotGoOn, with the last lines of its log, when it does not come up.
    """
    log_path = server.folder.with_name(f"{server.name}.log")
    log = open_log(log_path)
    try:
        child = spawn(
            server.command,
            environment=ENVIRONMENT,
            cwd=Path("/"),
            output=log,
            death_signal=server.stop_signal,
            account=server.account,
        )
    finally:
        os.close(log)
    try:
        _await_ready(server, child, log_path)
        yield server
    finally:
        end(child, server.stop_signal, STOP_S)


def _await_ready(server: Server, child: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_S
    while not server.is_ready():
        if child.poll() is not None or time.monotonic() > until:
            raise CannotGoOn(f"{quoted(tail(log))}{server.name} does not start; see {log}.")
        time.sleep(0.01)


def run_as(
    account: Account | None, command: Sequence[str], *, said: bytes = b"", failed: str
) -> None:
    """Run a server's own tool to its end; raise CannotGoOn with `failed` when it fails."""
    done = subprocess.run(  # noqa: S603  # a server's own tool
        list(command),
        input=said,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=ENVIRONMENT,
        cwd="/",
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        check=False,
    )
    if done.returncode != 0:
        printed = done.stdout.decode(errors="replace")
        if "No space left" in printed:
            raise CannotGoOn(DISK_FULL + ".")
        raise CannotGoOn(f"{quoted(printed.splitlines()[-30:])}{failed}.")


def write_for(account: Account | None, path: Path, text: str) -> None:
    """Write `text` to `path` so that the server's account owns it."""
    path.write_text(text)
    if account is not None:
        os.chown(path, account.uid, account.gid)
