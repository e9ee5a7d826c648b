"""The supervisor, run for real in a process of its own with small programs under it."""

import os
import re
import signal
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs.machine.supervisor import pause_s
from tests.support.commands import in_background, wait_until

ROOT = Path(__file__).resolve().parents[3]
SMALL = ROOT / "tests" / "support" / "small_program.py"

PRELUDE = """
import fcntl, os, signal, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from jobs.machine.programs import Program, Restart
from jobs.machine.steps import CannotGoOn
from jobs.machine.supervisor import Supervisor

here = Path({here!r})

def small(name, *words, ready=True, **rest):
    command = (sys.executable, "-S", {program!r}, name, *words)
    probe = (here / (name + ".ready")).exists if ready else None
    return Program(name, command, cwd=here, is_ready=probe, **rest)

def run(*programs, **rest):
    supervisor = Supervisor(programs, here / "logs", **rest)
    try:
        supervisor.run(lambda: print("all ready", flush=True))
    except CannotGoOn as error:
        print("cannot go on:", error, flush=True)
    print("ended", flush=True)
"""


class Scene:
    """A supervisor in a process of its own: what it prints, its children, its signals."""

    def __init__(self, here: Path, body: str) -> None:
        """Start a supervisor on the programs that `body` describes."""
        self.here = here
        prelude = PRELUDE.format(root=str(ROOT), here=str(here), program=str(SMALL))
        command = (sys.executable, "-S", "-c", prelude + textwrap.dedent(body))
        with (here / "printed").open("wb") as output:
            self.process = in_background(command, output=output.fileno())

    @property
    def printed(self) -> str:
        """What the supervisor has said so far."""
        return (self.here / "printed").read_text()

    def wait_for(self, pattern: str) -> None:
        """Return once the supervisor has said something that matches `pattern`."""
        wait_until(lambda: re.search(pattern, self.printed) is not None)

    def pids(self, name: str) -> list[int]:
        """Return the processes of program `name`, its own first, once it is ready."""
        path = self.here / f"{name}.ready"
        wait_until(path.exists)
        return [int(pid) for pid in path.read_text().split()]

    def kill(self, name: str) -> int:
        """Kill program `name` and return its process id."""
        victim = self.pids(name)[0]
        (self.here / f"{name}.ready").unlink()
        os.kill(victim, signal.SIGKILL)
        return victim

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)


Play = Callable[[str], Scene]


@pytest.fixture
def scenes() -> Iterator[list[Scene]]:
    """Yield a list whose supervisors are ended after the test."""
    opened: list[Scene] = []
    yield opened
    for scene in opened:
        scene.process.kill()
        scene.process.wait()


@pytest.fixture
def play(tmp_path: Path, scenes: list[Scene]) -> Play:
    """Return a function that starts a supervisor on described programs."""

    def start(body: str) -> Scene:
        scene = Scene(tmp_path, body)
        scenes.append(scene)
        return scene

    return start


def is_alive(pid: int) -> bool:
    """Return whether process `pid` runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.parametrize(
    ("deaths", "expected_s"),
    [(1, 0.0), (2, 0.25), (3, 0.5), (4, 1.0), (5, 2.0), (6, 4.0), (7, 5.0), (1000, 5.0)],
)
def test_the_pause_before_a_restart_grows_to_five_seconds(deaths: int, expected_s: float) -> None:
    assert pause_s(deaths) == expected_s


def test_a_program_starts_only_when_the_one_before_is_ready(play: Play) -> None:
    scene = play("""
        run(small("slow", "--after", "0.4"), small("late", "--needs", "slow.ready"))
    """)
    scene.wait_for("all ready")
    assert (scene.here / "late.starts").read_text() == "x"
    assert scene.stop() == 0


def test_a_program_that_runs_once_ends_before_the_next_starts(play: Play) -> None:
    scene = play("""
        run(
            small("migrate", "--after", "0.2", "--once", restart=Restart.NEVER),
            small("api", "--needs", "migrate.ready"),
        )
    """)
    scene.wait_for("all ready")
    assert re.search(r"migrate done after \d", scene.printed)
    assert (scene.here / "api.starts").read_text() == "x"
    assert scene.stop() == 0


def test_a_failed_one_shot_ends_everything_and_shows_its_last_words(play: Play) -> None:
    scene = play("""
        run(
            small("server"),
            small("migrate", "--fail", "no such column", restart=Restart.NEVER),
            small("api"),
        )
    """)
    assert scene.process.wait(30) == 0
    assert "no such column" in scene.printed
    assert "migrate does not start: see " in scene.printed
    assert not (scene.here / "api.starts").exists()
    assert not is_alive(scene.pids("server")[0])


def test_a_program_that_never_comes_up_is_given_up_after_three_tries(play: Play) -> None:
    scene = play('run(small("api", "--fail", "address already in use"))')
    assert scene.process.wait(30) == 0
    assert "address already in use" in scene.printed
    assert "api does not start" in scene.printed
    assert (scene.here / "api.starts").read_text() == "xxx"


def test_a_program_that_is_not_ready_in_time_is_named(play: Play) -> None:
    scene = play('run(small("api", "--after", "600", first_ready_s=0.3))')
    assert scene.process.wait(30) == 0
    assert "api is not ready yet: see " in scene.printed


def test_a_killed_program_is_started_again_at_once(play: Play) -> None:
    scene = play('run(small("realtime"))')
    scene.wait_for("all ready")
    first = scene.kill("realtime")
    scene.wait_for(r"realtime died \(signal 9\), starting it again\n")
    scene.wait_for(r"realtime is back after \d")
    assert scene.pids("realtime")[0] != first
    assert scene.stop() == 0


def test_children_of_a_dead_program_die_with_it(play: Play) -> None:
    scene = play('run(small("jobs", "--child"))')
    scene.wait_for("all ready")
    grandchild = scene.pids("jobs")[1]
    scene.kill("jobs")
    wait_until(lambda: not is_alive(grandchild))
    assert scene.stop() == 0


def test_a_program_that_keeps_dying_is_tried_less_and_less_often(play: Play) -> None:
    scene = play('run(small("jobs", "--fail", "no", "--fail-if", "broken"))')
    scene.wait_for("all ready")
    (scene.here / "broken").touch()
    scene.kill("jobs")
    scene.wait_for(r"jobs died \(exit code 1\), starting it again in 0.25 s")
    scene.wait_for(r"jobs died \(exit code 1\), starting it again in 0.5 s")
    assert scene.stop() == 0


def test_a_program_that_may_finish_is_not_started_again(play: Play) -> None:
    scene = play("""
        run(small("server"), small("city", "--once", restart=Restart.ON_FAILURE, ready=False))
    """)
    scene.wait_for("city has finished")
    assert scene.stop() == 0
    assert (scene.here / "city.starts").read_text() == "x"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_in_reverse_order(play: Play, number: signal.Signals) -> None:
    scene = play('run(small("postgres"), small("redis"), small("api"))')
    scene.wait_for("all ready")
    assert scene.stop(number) == 0
    assert (scene.here / "stopped").read_text().split() == ["api", "redis", "postgres"]
    assert scene.printed.endswith("ended\n")


def test_a_program_that_ignores_the_signal_is_killed_after_its_grace(play: Play) -> None:
    scene = play('run(small("deaf", "--deaf", grace_s=0.3))')
    scene.wait_for("all ready")
    assert scene.stop() == 0
    assert "deaf did not stop in time and is killed" in scene.printed


def test_asking_twice_kills_what_does_not_stop(play: Play) -> None:
    scene = play('run(small("deaf", "--deaf", grace_s=600.0))')
    scene.wait_for("all ready")
    scene.process.send_signal(signal.SIGINT)
    scene.wait_for("Stopping")
    assert scene.stop(signal.SIGINT) == 0


def test_a_stop_while_starting_ends_what_has_started(play: Play) -> None:
    scene = play('run(small("first"), small("second", "--after", "600"))')
    scene.wait_for("first ready")
    assert scene.stop() == 0
    assert not is_alive(scene.pids("first")[0])
    assert "all ready" not in scene.printed


def test_nothing_is_left_when_the_supervisor_is_killed(play: Play) -> None:
    scene = play('run(small("jobs", "--deaf", "--child"))')
    scene.wait_for("all ready")
    pids = scene.pids("jobs")
    assert all(is_alive(pid) for pid in pids)
    os.kill(scene.process.pid, signal.SIGKILL)
    wait_until(lambda: not any(is_alive(pid) for pid in pids))


def test_the_lock_is_held_until_the_last_child_is_gone(play: Play) -> None:
    scene = play("""
        lock = os.open(here / "lock", os.O_RDWR | os.O_CREAT)
        fcntl.flock(lock, fcntl.LOCK_EX)
        run(small("deaf", "--deaf"), keep_open=(lock,))
    """)
    scene.wait_for("all ready")
    os.kill(scene.process.pid, signal.SIGKILL)
    waiter = in_background(("flock", scene.here / "lock", "true"))
    assert waiter.wait(30) == 0
    assert not is_alive(scene.pids("deaf")[0])


def test_programs_inherit_neither_blocked_signals_nor_an_ignored_interrupt(play: Play) -> None:
    scene = play("""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        run(small("api"))
    """)
    scene.wait_for("all ready")
    lines = Path(f"/proc/{scene.pids('api')[0]}/status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines)
    assert int(status["SigBlk"], 16) == 0
    assert int(status["SigIgn"], 16) & (1 << (signal.SIGINT - 1)) == 0
    assert scene.stop(signal.SIGINT) == 0


def test_a_log_that_grows_too_large_is_kept_once_and_emptied(play: Play) -> None:
    scene = play("""
        chatter = "import time\\nwhile True: print('x' * 99, flush=True); time.sleep(0.001)"
        run(Program("api", (sys.executable, "-c", chatter)), log_limit_bytes=5000)
    """)
    wait_until((scene.here / "logs" / "api.log.1").exists)
    assert scene.stop() == 0


def test_a_program_may_speak_on_the_terminal(play: Play) -> None:
    scene = play("""
        table = Program("city", (sys.executable, "-c", "print('a table')"), on_terminal=True,
                        restart=Restart.ON_FAILURE)
        run(small("server"), table)
    """)
    scene.wait_for("a table")
    assert scene.stop() == 0
    assert not (scene.here / "logs" / "city.log").exists()


def test_a_command_that_does_not_exist_is_named(play: Play) -> None:
    scene = play('run(Program("api", ("/nowhere/python", "-m", "api")))')
    assert scene.process.wait(30) == 0
    assert "api cannot be started" in scene.printed
    assert "/nowhere/python" in scene.printed
