"""The demo in a process and folder of its own: read its words, kill its programs, ask its data."""

import os
import re
import signal
import socket
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.machine.child import spawn
from tests.support.commands import answer_of, wait_until

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("api", "benchmarks", "dispatch", "geo", "jobs", "tracking", "web")
COURIERS = 12

PROGRAM = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, {root!r})
from jobs.machine.demo import run_demo
from jobs.machine.installation import Installation
from jobs.machine.wish import Wish
installation = Installation(Path({folder!r}))
installation.make_folders()
plain = {{name: value for name, value in os.environ.items() if not name.startswith("HERMOD_")}}
wish = Wish(port={port}, couriers={couriers}, speed=30.0)
with installation.locked() as lock:
    run_demo(installation, wish, plain, now=datetime.now(UTC), lock=lock)
"""


class SmallDemo:
    """A demo that runs; `said` is what it printed so far."""

    def __init__(self, folder: Path) -> None:
        """Start it in `folder`, which looks like a checkout that was set up."""
        self.folder = folder
        for room in ROOMS:
            (folder / room).symlink_to(ROOT / room)
        (folder / ".venv").symlink_to(sys.prefix)
        program = textwrap.dedent(PROGRAM).format(
            root=str(ROOT), folder=str(folder), port=_free_port(), couriers=COURIERS
        )
        self._output = folder / "output"
        words = (sys.executable, "-c", program)
        with self._output.open("wb") as output:  # it ends with whoever runs the tests
            environment = os.environ  # noqa: TID251  # the demo drops what is not for it
            self.process = spawn(words, environment=environment, cwd=folder, output=output.fileno())

    @property
    def said(self) -> str:
        """Return everything printed so far."""
        return self._output.read_text(errors="replace")

    def wait_for(self, pattern: str, patience_s: float = 120.0) -> re.Match[str]:
        """Wait until the demo has printed something, and return it."""

        def is_said() -> bool:
            assert self.process.poll() is None, self.said
            return re.search(pattern, self.said) is not None

        wait_until(is_said, patience_s=patience_s)
        found = re.search(pattern, self.said)
        assert found is not None
        return found

    def pid(self, module: str) -> int:
        """Return the process that runs `python -m module` here."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes().split(b"\0")
                here = (process / "cwd").resolve() == self.folder.resolve()
            except OSError:
                continue
            if here and words[1:3] == [b"-m", module.encode()]:
                return int(process.name)
        raise AssertionError(f"nobody runs {module}:\n{self.said}")

    def kill(self, module: str, name: str) -> None:
        """Kill a program without warning and wait until the supervisor has it back."""
        returns = self.said.count(f"{name} is back")
        os.kill(self.pid(module), signal.SIGKILL)
        wait_until(lambda: self.said.count(f"{name} is back") > returns, patience_s=120)

    def rows(self, sql: str) -> list[str]:
        """Return what the database answers, a line for each row."""
        variables = Path(f"/proc/{self.pid('jobs')}/environ").read_bytes().decode().split("\0")
        url = dict(one.partition("=")[::2] for one in variables)["HERMOD_DATABASE_URL"]
        return answer_of("psql", url, "-XAtc", sql).splitlines()

    def number(self, sql: str) -> int:
        """Return the one number that the database answers."""
        (row,) = self.rows(sql)
        return int(row)

    def end_city(self) -> str:
        """Send the robots home and return their closing table."""
        os.kill(self.pid("benchmarks.city"), signal.SIGINT)
        self.wait_for("city has finished")
        return self.said


@contextmanager
def small_demo(folder: Path) -> Iterator[SmallDemo]:
    """Run a demo while the block runs."""
    demo = SmallDemo(folder)
    try:
        yield demo
        demo.process.send_signal(signal.SIGINT)
        assert demo.process.wait(60) == 0, demo.said
    finally:
        demo.process.kill()
        demo.process.wait()


def _free_port() -> int:
    """Return the first of four ports in a row that nobody uses."""
    for port in range(21_000, 32_000, 7):  # below the ports that the kernel hands out
        try:
            for neighbour in range(port, port + 4):
                socket.create_server(("127.0.0.1", neighbour)).close()
        except OSError:
            continue
        return port
    raise AssertionError("no four free ports in a row")
