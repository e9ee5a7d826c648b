"""Locust as a child process, and how much of the cores it and the programs took meanwhile."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.city.errors import CityError
from benchmarks.load.handover import Handover, Measured, read_measured, write
from jobs.machine.log_files import quoted, tail

ROOT = Path(__file__).resolve().parents[2]
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
STOP_S = 20
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Pace:
    """How many users, how many more each second, and for how many seconds."""

    users: int
    spawn_rate: float
    seconds: int


class CpuSeconds:
    """What programs take of one core between start and end: 1.0 is all of it.

    Locust's share near 1.0 means that it, not the installation, was at its limit.
    """

    def __init__(self, processes: Mapping[str, int]) -> None:
        """Begin to look at running programs, by process id; Locust is looked at in any case."""
        self._processes = dict(processes)
        self._began_s = time.perf_counter()
        self._before = self._taken()

    def shares(self) -> dict[str, float]:
        """Return the share of each program since the start."""
        wall_s = time.perf_counter() - self._began_s
        taken = self._taken()
        return {name: (taken[name] - before) / wall_s for name, before in self._before.items()}

    def _taken(self) -> dict[str, float]:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)  # of children that have ended
        programs = {name: _cpu_s(pid) for name, pid in self._processes.items()}
        return {"locust": used.ru_utime + used.ru_stime, **programs}


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def run_locust(handover: Handover, pace: Pace, folder: Path) -> Measured:
    """Run Locust to its end, with its files in `folder`; raise CityError when it breaks down."""
    handed, log = folder / "handover.json", folder / "locust.log"
    write(handover, handed)
    command = (
        *(sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless"),
        *("--host", handover.url, "--handover", str(handed)),
        *("--users", str(pace.users), "--spawn-rate", f"{pace.spawn_rate:g}"),
        *("--run-time", f"{pace.seconds}s", "--stop-timeout", str(STOP_S)),
        *("--only-summary", "--loglevel", "WARNING", "--exit-code-on-error", "0"),
    )
    with log.open("wb") as output:
        done = subprocess.run(  # noqa: S603  # our own words
            command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    measured = Path(handover.measured)
    if done.returncode != 0 or not measured.exists():
        raise CityError(f"{quoted(tail(log, 20))}Locust broke down; its last words stand above.")
    return read_measured(measured)
