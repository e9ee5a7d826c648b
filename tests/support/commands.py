"""Commands that tests run: to their end, or in the background."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from jobs.machine.child import Account


def run_command(
    words: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    patience_s: float = 60.0,
) -> subprocess.CompletedProcess[str]:
    """Run `words` and return how it went, whatever its exit code, with both outputs as text."""
    return subprocess.run(  # noqa: S603  # tests run what they name
        [str(word) for word in words],
        cwd=cwd,
        env=None if environment is None else dict(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=patience_s,
    )


def answer_of(*words: str | Path) -> str:
    """Return what a command prints, without the last line end; it must succeed."""
    done = run_command(words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def in_background(
    words: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    account: Account | None = None,
    output: int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Start `words` in a session of its own, so that it survives whoever started it."""
    return subprocess.Popen(  # noqa: S603  # tests start what they name
        [str(word) for word in words],
        cwd="/",
        env=None if environment is None else dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def wait_until(holds: Callable[[], bool], *, patience_s: float = 30.0) -> None:
    """Return as soon as `holds()`; fail when it never does."""
    until = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)
