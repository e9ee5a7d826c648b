"""The process that solves: started once, one problem at a time, killed when it hangs."""

import asyncio
import logging
import multiprocessing
import signal
import time
from multiprocessing.connection import Connection
from typing import Any

import orjson

from api.optimize.errors import INTERNAL, CannotOptimize
from api.optimize.solving import Allowed, solve
from dispatch.fleet_warm import warm_mixed
from geo.travel import DetourModel

log = logging.getLogger("api.optimize")

Solved = tuple[int, bytes]
"""HTTP status and answer."""

SPARE_S = 120.0
"""What loading a new process, reading and telling may take beside the search."""


def work(raw: bytes, travel: DetourModel, allowed: Allowed) -> Solved:
    """Return the answer to a body, whatever it is."""
    try:
        return 200, orjson.dumps(solve(raw, travel, allowed, time.monotonic))
    except CannotOptimize as error:
        return error.status, orjson.dumps({"code": error.code, "error": error.message})
    except Exception:
        log.exception("a problem could not be solved")
        return 500, orjson.dumps({"code": INTERNAL, "error": "Internal error"})


def _serve(pipe: Connection, travel: DetourModel, allowed: Allowed) -> None:
    """Solve whatever comes through the pipe until it closes (the child's main function)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm_mixed()
    while True:
        try:
            raw = pipe.recv_bytes()
        except EOFError:
            return
        status, answer = work(raw, travel, allowed)
        pipe.send((status, answer))


class Worker:
    """The solving process of this program; it starts with `start` or the first problem."""

    def __init__(self, travel: DetourModel, allowed: Allowed) -> None:
        self._travel, self._allowed = travel, allowed
        self._process: Any = None
        self._pipe: Connection | None = None
        self._turn = asyncio.Lock()
        self._acts: set[asyncio.Task[Solved]] = set()

    def start(self) -> Connection:
        """Make sure that a process runs; return our end of its pipe."""
        if self._pipe is None or not self._process.is_alive():
            self.stop()
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            self._process = context.Process(
                target=_serve,
                args=(theirs, self._travel, self._allowed),
                name="hermod optimize",
                daemon=True,
            )
            self._process.start()
            theirs.close()
            self._pipe = ours
        return self._pipe

    def stop(self) -> None:
        """Kill the process; the next problem starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.join(2)
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None

    async def solve(self, raw: bytes) -> Solved:
        """Return the answer; raise CannotOptimize where the process failed.

        A caller who goes away does not stop it: the next one would get the answer.
        """
        act = asyncio.create_task(self._exchange(raw), name="optimize")
        self._acts.add(act)
        act.add_done_callback(self._acts.discard)
        return await asyncio.shield(act)

    async def _exchange(self, raw: bytes) -> Solved:
        loop, within_s = asyncio.get_running_loop(), self._allowed.seconds + SPARE_S
        async with self._turn:
            try:
                pipe = self.start()
                await loop.run_in_executor(None, pipe.send_bytes, raw)
                if not await loop.run_in_executor(None, pipe.poll, within_s):
                    raise TimeoutError  # told like a death
                solved: Solved = await loop.run_in_executor(None, pipe.recv)
            except (TimeoutError, EOFError, OSError) as error:
                log.warning("the solving process hung or died", exc_info=True)
                self.stop()
                raise CannotOptimize("Internal error", status=500, code=INTERNAL) from error
        return solved
