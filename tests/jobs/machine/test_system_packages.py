"""Installing system packages: only when allowed, announced, with a second choice."""

import os
from pathlib import Path

import pytest

from jobs.machine.steps import CannotGoOn, Steps
from jobs.machine.system_packages import downloaded, install, installer

APT = """#!/bin/sh
echo "apt-get $*" >> "$CALLS"
case "$*" in *postgresql-postgis*) echo 'E: Unable to locate package'; exit 100 ;; esac
"""
SUDO = """#!/bin/sh
test -e "$CALLS.may" || exit 1
shift
exec "$@"
"""


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    """Return steps whose PATH holds stand-ins for apt-get and sudo."""
    for name, text in (("apt-get", APT), ("sudo", SUDO)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    return Steps(tmp_path / "setup.log", {"PATH": path, "CALLS": str(tmp_path / "calls")})


@pytest.fixture
def ordinary(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make us look like an ordinary user."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def test_nobody_installs_where_there_is_no_apt(tmp_path: Path) -> None:
    assert installer({"PATH": str(tmp_path)}) is None


@pytest.mark.usefixtures("ordinary")
def test_a_user_whose_sudo_wants_a_password_does_not_install(steps: Steps) -> None:
    with pytest.raises(CannotGoOn, match="do it yourself"):
        install(steps, ["python3-venv"], why="-", remedy="do it yourself")
    assert not Path(steps.environment["CALLS"]).exists()


@pytest.mark.usefixtures("ordinary")
def test_a_user_with_sudo_may_install(steps: Steps) -> None:
    Path(steps.environment["CALLS"] + ".may").touch()
    assert installer(steps.environment) == (str(steps.log.parent / "sudo"), "-n")


def test_the_download_is_what_apt_said_since_then(tmp_path: Path) -> None:
    log = tmp_path / "setup.log"
    log.write_text("Need to get 1 MB of archives.\n")
    start = log.stat().st_size
    with log.open("a") as file:
        file.write("Need to get 123 MB of archives.\nNeed to get 4,567 kB/9 MB of archives.\n")
    assert downloaded(log, start=start) == "123 MB + 4,567 kB"
    assert downloaded(tmp_path / "missing.log", start=0) == ""
