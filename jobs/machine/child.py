"""Starts child processes that die with their parent and run as the account they are told to."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group that a server runs as when we are root."""

    uid: int
    gid: int


def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    cwd: Path,
    output: int | None,
    death_signal: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` as the leader of a process group of its own and return it.

    `output` is the descriptor for standard output and error (None: the terminal). The child is
    sent `death_signal` when the thread that called this ends, so call it from the main thread.
    Raises OSError when the command cannot be started.
    """
    return subprocess.Popen(  # noqa: S603  # commands come from tables, never from a request
        list(command),
        env=dict(environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output if output is None else subprocess.STDOUT,
        process_group=0,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=_tie_to_parent(death_signal),  # noqa: PLW1509  # one system call, no locks
    )


def _tie_to_parent(death_signal: signal.Signals) -> Callable[[], None]:
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # found now: no look-ups after the fork
    parent = os.getpid()

    def tie() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        # a shell that starts us in the background hands down an ignored Ctrl-C
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:  # it died before the line above could take effect
                os._exit(1)

    return tie


def end(child: subprocess.Popen[bytes], stop: signal.Signals, grace_s: float) -> bool:
    """Ask `child` to stop, kill its group after `grace_s`; return whether it stopped by itself."""
    by_itself = True
    if child.poll() is None:
        child.send_signal(stop)
        try:
            child.wait(grace_s)
        except subprocess.TimeoutExpired:
            by_itself = False
    kill_group(child.pid)
    child.wait()
    return by_itself


def kill_group(pgid: int) -> None:
    """Kill whatever is left of a process group."""
    try:
        os.killpg(pgid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
