"""Outlives a supervisor that is killed and ends the process groups it leaves behind.

Run as a script with the supervisor's pipe as standard input: `+<group>` and `-<group>` lines tell
which groups live; the end of the pipe means that the supervisor is gone.
"""

import os
import signal
import sys
import time

GRACE_S = 5.0


def main() -> None:
    """Follow the pipe to its end, give what is left a moment to stop, then kill it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups = follow()
    until = time.monotonic() + GRACE_S
    while any(is_alive(group) for group in groups) and time.monotonic() < until:
        time.sleep(0.05)
    for group in groups:
        if is_alive(group):
            os.killpg(group, signal.SIGKILL)


def follow() -> list[int]:
    """Return the groups that live when the pipe ends."""
    groups: dict[int, None] = {}
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            groups[group] = None
        else:
            groups.pop(group, None)
    return list(groups)


def is_alive(group: int) -> bool:
    """Return whether a process of `group` is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main()
