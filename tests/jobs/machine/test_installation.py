"""The state folder of a checkout: one owner at a time, a secret of its own, data that can go."""

import os
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from jobs.machine.installation import Installation
from jobs.machine.steps import CannotGoOn
from tests.support.commands import in_background

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """Return the installation of an empty checkout."""
    made = Installation(tmp_path)
    made.make_folders()
    return made


def other_owner(installation: Installation, *, first: str = "pass") -> subprocess.Popen[bytes]:
    """Start another process that takes the lock, and return it once it has it."""
    script = f"""
        import os, subprocess, sys, time
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from jobs.machine.installation import Installation
        with Installation(Path({str(installation.root)!r})).locked() as lock:
            {first}
            print("locked", flush=True)
            time.sleep(600)
    """
    command = (sys.executable, "-S", "-c", textwrap.dedent(script))
    owner = in_background(command, output=subprocess.PIPE)
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"locked\n"
    return owner


def test_the_lock_names_its_owner(installation: Installation) -> None:
    with installation.locked():
        assert int((installation.state / "lock").read_text()) == os.getpid()


def test_a_second_demo_in_a_checkout_is_refused_by_name(installation: Installation) -> None:
    with other_owner(installation) as owner:
        with (
            pytest.raises(CannotGoOn, match=rf"Process {owner.pid} .* `kill {owner.pid}`"),
            installation.locked(),
        ):
            pass
        owner.kill()


def test_the_lock_of_a_killed_owner_is_free(installation: Installation) -> None:
    with other_owner(installation) as owner:
        owner.kill()
    with installation.locked():
        assert int((installation.state / "lock").read_text()) == os.getpid()


def test_a_new_owner_waits_for_what_a_killed_one_left_running(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    first = "subprocess.Popen(['/bin/sleep', '0.5'], pass_fds=(lock,), stdout=subprocess.DEVNULL)"
    with other_owner(installation, first=first) as owner:
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
        with installation.locked():
            pass
    assert "Waiting for what an earlier demo left running" in capsys.readouterr().out


def test_the_secret_is_made_once_and_only_its_owner_reads_it(installation: Installation) -> None:
    first = installation.secret_key()
    assert installation.secret_key() == first
    assert len(first) >= 32
    mode = (installation.business / "secret_key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_reset_removes_data_and_keeps_what_was_downloaded(installation: Installation) -> None:
    installation.servers.mkdir()
    for kept in (installation.stamps / "pages", installation.logs / "api.log"):
        kept.write_text("kept")
    for gone in (installation.servers / "table", installation.business / "clock.json"):
        gone.write_text("gone")
    installation.reset()
    left = {path.name for path in installation.state.rglob("*") if path.is_file()}
    assert left == {"pages", "api.log"}


def test_others_may_pass_through_the_state_folder_but_not_look(
    installation: Installation,
) -> None:
    assert stat.S_IMODE(installation.state.stat().st_mode) == 0o711
