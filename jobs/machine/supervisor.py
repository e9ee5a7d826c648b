"""Runs the programs of an installation: starts them in order, restarts the dead, stops them all."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.machine import sweeper
from jobs.machine.child import kill_group, spawn
from jobs.machine.log_files import open_log, quoted, rotate, size_of, tail
from jobs.machine.programs import Program, Restart
from jobs.machine.steps import CannotGoOn, say

HEARD = frozenset({signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
STOPPING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
LOG_LIMIT_BYTES = 20 * 1024 * 1024
STEADY_S = 10.0
STOP_ALL_S = 40.0
FIRST_TRIES = 3


class StopAsked(Exception):
    """Somebody wants the installation to end."""


def pause_s(deaths: int) -> float:
    """Return how long to wait before a restart after that many deaths in a row (1: not at all)."""
    return 0.0 if deaths <= 1 else min(5.0, 0.25 * 2.0 ** (deaths - 2))


@dataclass(slots=True)
class Watched:
    """A program and what has happened to it."""

    program: Program
    child: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    died_s: float = 0.0
    deaths: int = 0
    is_ready: bool = False
    was_ready: bool = False
    is_finished: bool = False


class Supervisor:
    """Keeps `programs` running from `run` until a signal or a failed start ends them all.

    Signals are waited for, not handled in between, so there is one place where things happen:
    `_turn`. Use it from the main thread of a process without other threads.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        logs: Path,
        *,
        tell: Callable[[str], None] = say,
        keep_open: Iterable[int] = (),
        log_limit_bytes: int = LOG_LIMIT_BYTES,
    ) -> None:
        """Watch over `programs`; `keep_open` are descriptors held until the last child is gone."""
        self._watched = [Watched(program) for program in programs]
        self._logs = logs
        self._tell = tell
        self._keep_open = tuple(keep_open)
        self._log_limit_bytes = log_limit_bytes
        self._sweeper: subprocess.Popen[bytes] | None = None

    def run(self, when_ready: Callable[[], None]) -> None:
        """Start all, call `when_ready`, watch over them until a signal comes, then stop all.

        Raises CannotGoOn, after stopping all, when a program cannot be brought up.
        """
        before = signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        self._sweeper = _start_sweeper(self._keep_open)
        try:
            for watched in self._watched:
                self._bring_up(watched)
            when_ready()
            while True:
                self._turn(1.0)
        except StopAsked:
            self._tell("Stopping (once more to stop at once) ...")
        finally:
            self._stop_all()
            self._sweeper.communicate()
            while signal.sigtimedwait(HEARD, 0):  # what came meanwhile is answered by ending
                pass
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _bring_up(self, watched: Watched) -> None:
        program = watched.program
        began, written = time.monotonic(), size_of(self._log(program))
        self._start(watched)
        while not watched.was_ready:
            if watched.deaths >= FIRST_TRIES or watched.is_finished:
                raise self._failure(program, "does not start", written)
            if time.monotonic() - began > program.first_ready_s:
                raise self._failure(program, "is not ready yet", written)
            self._turn(0.05)
        verb = "done" if program.restart is Restart.NEVER else "ready"
        self._tell(f"  {program.name} {verb} after {time.monotonic() - began:.1f} s")

    def _failure(self, program: Program, problem: str, written: int) -> CannotGoOn:
        """Return what to say, with what the log says after its first `written` bytes."""
        if program.on_terminal:
            return CannotGoOn(f"{program.name} {problem}: what it says stands above.")
        log = self._log(program)
        return CannotGoOn(f"{quoted(tail(log, start=written))}{program.name} {problem}: see {log}.")

    def _turn(self, timeout_s: float) -> None:
        """Wait for a signal, then look after every program; raises StopAsked when told to stop."""
        hurry = any(not (w.is_ready or w.is_finished) for w in self._watched if w.started_s)
        came = signal.sigtimedwait(HEARD, 0.05 if hurry else timeout_s)
        if came is not None and came.si_signo in STOPPING:
            raise StopAsked
        for watched in self._watched:
            self._look_after(watched)

    def _look_after(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.child is not None:
            code = self._reap(watched)
            if code is not None:
                self._note_end(watched, code)
            elif not watched.is_ready:
                self._note_ready(watched)
            elif now - watched.started_s > STEADY_S:
                watched.deaths = 0
            rotate(self._log(watched.program), self._log_limit_bytes)
        elif _is_due(watched, now):
            self._start(watched)

    def _start(self, watched: Watched) -> None:
        program = watched.program
        log = None if program.on_terminal else open_log(self._log(program))
        try:
            watched.child = spawn(
                program.command,
                environment=program.environment,
                cwd=program.cwd,
                output=log,
                death_signal=program.stop_signal,
                account=program.account,
            )
        except OSError as error:
            raise CannotGoOn(f"{program.name} cannot be started: {error}.") from error
        finally:
            if log is not None:
                os.close(log)
        watched.started_s = time.monotonic()
        watched.is_ready = False
        self._report(f"+{watched.child.pid}\n")

    def _reap(self, watched: Watched) -> int | None:
        """Return the exit code of a program that has ended, with its whole group gone."""
        child = watched.child
        if child is None or not _has_ended(child):
            return None
        kill_group(child.pid)  # before the leader is reaped its number cannot be used again
        self._report(f"-{child.pid}\n")
        watched.child = None
        return child.wait()

    def _note_end(self, watched: Watched, code: int) -> None:
        program = watched.program
        watched.died_s = time.monotonic()
        watched.is_ready = False
        if program.restart is Restart.NEVER or (
            program.restart is Restart.ON_FAILURE and code == 0
        ):
            watched.is_finished = True
            watched.was_ready = watched.was_ready or code == 0
            if program.restart is Restart.ON_FAILURE:
                self._tell(f"{program.name} has finished")
            return
        watched.deaths += 1
        if watched.was_ready:
            pause = pause_s(watched.deaths)
            again = f"starting it again in {pause:.2g} s" if pause else "starting it again"
            self._tell(f"{program.name} died ({_reason(code)}), {again}")

    def _note_ready(self, watched: Watched) -> None:
        program = watched.program
        if program.restart is Restart.NEVER:
            return  # it is ready when it has ended well
        if program.is_ready is not None and not program.is_ready():
            return
        watched.is_ready = True
        if watched.was_ready:
            self._tell(f"{program.name} is back after {time.monotonic() - watched.died_s:.1f} s")
        watched.was_ready = True

    def _stop_all(self) -> None:
        """Stop in reverse order, each within its grace and all within the deadline."""
        until = time.monotonic() + STOP_ALL_S
        for watched in reversed(self._watched):
            if watched.child is not None:
                until = self._stop(watched, watched.child, until)

    def _stop(self, watched: Watched, child: subprocess.Popen[bytes], all_until: float) -> float:
        """Stop one program; return the deadline for the others, now if somebody is impatient."""
        if not _has_ended(child):
            child.send_signal(watched.program.stop_signal)
        until = min(all_until, time.monotonic() + watched.program.grace_s)
        while not _has_ended(child):
            left_s = until - time.monotonic()
            if left_s <= 0:
                self._tell(f"{watched.program.name} did not stop in time and is killed")
                break
            came = signal.sigtimedwait(HEARD, min(left_s, 0.1))
            if came is not None and came.si_signo in STOPPING:
                until = all_until = time.monotonic()
        kill_group(child.pid)
        child.wait()
        self._report(f"-{child.pid}\n")
        watched.child = None
        return all_until

    def _report(self, line: str) -> None:
        if self._sweeper is not None and self._sweeper.stdin is not None:
            try:
                self._sweeper.stdin.write(line.encode())
                self._sweeper.stdin.flush()
            except OSError:
                return  # somebody killed the sweeper: the children still die with us (child.py)

    def _log(self, program: Program) -> Path:
        return self._logs / f"{program.name}.log"


def _start_sweeper(keep_open: Iterable[int]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # our own file
        [sys.executable, "-I", "-S", str(Path(sweeper.__file__).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        cwd="/",
        env={},
        pass_fds=tuple(keep_open),
        start_new_session=True,
    )


def _is_due(watched: Watched, now: float) -> bool:
    has_died = watched.deaths > 0 and not watched.is_finished
    return has_died and now - watched.died_s >= pause_s(watched.deaths)


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Look without reaping."""
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, child.pid, options) is not None


def _reason(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
