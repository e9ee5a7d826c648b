"""A program for a supervisor to watch over: how it behaves is said on its command line.

It counts its starts in `<name>.starts` and, once ready, writes its process id (and its child's)
to `<name>.ready`.
"""

import argparse
import signal
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    """Behave as told, then sleep until somebody ends it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--after", type=float, default=0.0, help="seconds before it is ready")
    parser.add_argument("--needs", help="a file that must exist")
    parser.add_argument("--fail", help="what it says while it fails")
    parser.add_argument("--fail-if", default="", help="fail only while this file exists")
    parser.add_argument("--once", action="store_true", help="end as soon as it is ready")
    parser.add_argument("--deaf", action="store_true", help="ignore SIGTERM")
    parser.add_argument("--child", action="store_true", help="have a child of its own")
    told = parser.parse_args()
    if told.deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda *_: leave(told.name))
    append(f"{told.name}.starts", "x")
    time.sleep(told.after)
    if told.needs and not Path(told.needs).exists():
        sys.exit(f"{told.needs} is missing")
    if told.fail and (not told.fail_if or Path(told.fail_if).exists()):
        sys.exit(told.fail)
    pids = [Path("/proc/self").readlink().name]
    if told.child:
        sleeper = (sys.executable, "-S", "-c", "import time; time.sleep(600)")
        pids.append(str(subprocess.Popen(sleeper).pid))  # noqa: S603  # sleeps
    Path(f"{told.name}.half").write_text(" ".join(pids))
    Path(f"{told.name}.half").rename(f"{told.name}.ready")
    time.sleep(0 if told.once else 600)


def leave(name: str) -> None:
    """End as told, and say so."""
    append("stopped", f"{name} ")
    sys.exit(0)


def append(file: str, text: str) -> None:
    """Add `text` to `file`."""
    with Path(file).open("a") as opened:
        opened.write(text)


if __name__ == "__main__":
    main()
