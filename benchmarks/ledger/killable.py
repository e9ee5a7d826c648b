"""A program or server that a fault may kill at any moment, and that is started again after it."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.city.errors import CityError
from jobs.machine.child import Account, end, kill_group, spawn
from jobs.machine.log_files import open_log, quoted, tail

READY_S = 90.0
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Start:
    """How a program is started, and how one sees that it does its work."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    cwd: Path
    log: Path
    is_ready: Callable[[], bool]
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None


class Killable:
    """A running program; use it from the main thread (children die with it)."""

    def __init__(self, start: Start) -> None:
        """Know how to start it; nothing runs yet."""
        self._how = start
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Return the number of the running process."""
        return self._running().pid

    def must_run(self) -> None:
        """Raise CityError when it has ended though no fault killed it."""
        if (code := self._running().poll()) is not None:
            name = self._how.name
            raise CityError(f"{name} ended with {code}, and it was no fault of ours: try again.")

    async def start(self, *more: str) -> None:
        """Start it, with `more` words on its command line, and wait until it does its work.

        Raises CityError with its last words when it ends or is not ready in time.
        """
        how = self._how
        log = open_log(how.log)
        try:
            self._child = child = spawn(
                (*how.command, *more),
                environment=how.environment,
                cwd=how.cwd,
                output=log,
                death_signal=how.stop_signal,
                account=how.account,
            )
        finally:
            os.close(log)
        until = time.monotonic() + READY_S
        while not await asyncio.to_thread(how.is_ready):
            code = child.poll()
            if code is not None or time.monotonic() > until:
                said = quoted(tail(how.log, 20))
                ended = (
                    f"is not ready after {READY_S:g} s" if code is None else f"ended with {code}"
                )
                raise CityError(f"{said}{how.name} {ended}; its last words stand above.")
            await asyncio.sleep(LOOK_EVERY_S)

    async def kill(self, by: signal.Signals = signal.SIGKILL) -> str:
        """End it now, without a chance to tidy up; return how it ended."""
        child = self._running()
        child.send_signal(by)
        code = await asyncio.to_thread(child.wait)
        if by is signal.SIGKILL:
            kill_group(child.pid)
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def stop(self, grace_s: float = 15.0) -> None:
        """End it in good order; nothing happens when it does not run."""
        if self._child is not None:
            end(self._child, self._how.stop_signal, grace_s)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            raise CityError(f"{self._how.name} was not started.")
        return self._child
