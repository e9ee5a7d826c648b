"""Installs packages of the system (apt), announced, without letting it start any server."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from jobs.machine.steps import CannotGoOn, Steps, say

GUARDED_INSTALL = r"""
guard=/usr/sbin/policy-rc.d
mark='Hermod set-up: no service may start now'
if [ -e "$guard" ] && grep -q "$mark" "$guard"; then rm -f "$guard"; fi
if [ ! -e "$guard" ]; then
    trap 'rm -f "$guard"' EXIT
    trap 'exit 130' INT TERM HUP
    printf '#!/bin/sh\n# %s\nexit 101\n' "$mark" > "$guard"
    chmod 755 "$guard"
fi
apt-get -q update || echo "apt-get update failed: going on with the package lists that are here"
DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
    -o DPkg::Lock::Timeout=180 install "$@"
"""
"""Debian starts a server when it is installed unless policy-rc.d says no; ours goes away again."""


def installer(environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the words before a command that installs packages; None when we may not."""
    path = environment.get("PATH")
    if shutil.which("apt-get", path=path) is None:
        return None
    if os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo", path=path)
    if sudo is None:
        return None
    asked = subprocess.run(  # noqa: S603  # asks sudo whether it needs a password
        [sudo, "-n", "true"], env=dict(environment), capture_output=True, check=False
    )
    return (sudo, "-n") if asked.returncode == 0 else None


def install(
    steps: Steps, names: Sequence[str], *, why: str, remedy: str, second: Sequence[str] = ()
) -> None:
    """Install the packages `names`, or `second` where the first choice is not to be had.

    `why` is announced first. Raises CannotGoOn with `remedy` when we may not install or it failed.
    """
    words = installer(steps.environment)
    if words is None:
        raise CannotGoOn(remedy)
    say(f"{why}: installing {', '.join(names)} with apt (no service is started).")
    with steps.step("system packages"):
        try:
            _install(steps, words, names, remedy)
        except CannotGoOn:
            if not second:
                raise
            _install(steps, words, second, remedy)


def _install(steps: Steps, words: Sequence[str], names: Sequence[str], remedy: str) -> None:
    command = (*words, "/bin/sh", "-ec", GUARDED_INSTALL, "install", *names)
    steps.run(command, cwd=Path("/"), remedy=remedy)


def downloaded(log: Path, *, start: int) -> str:
    """Return how much apt said it fetches in `log` after byte `start`, such as `123 MB`."""
    try:
        written = log.read_bytes()[start:].decode(errors="replace")
    except FileNotFoundError:
        return ""
    return " + ".join(re.findall(r"^Need to get ([\d.,]+ [kMG]?B)", written, re.MULTILINE))
