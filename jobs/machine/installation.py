"""The state folder of a checkout: what lies where in it, its lock, its secret."""

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.machine.services import remove_data
from jobs.machine.steps import CannotGoOn, say

LEAVING_S = 30.0
"""How long the programs of a killed demo may take to end before a new one gives up."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A checkout at `root` with everything it makes while it runs in `<root>/.hermod`."""

    root: Path

    @property
    def state(self) -> Path:
        """The folder of all state."""
        return self.root / ".hermod"

    @property
    def logs(self) -> Path:
        """One log for each program, and `setup.log`."""
        return self.state / "logs"

    @property
    def stamps(self) -> Path:
        """What set-up has done already."""
        return self.state / "stamps"

    @property
    def servers(self) -> Path:
        """Data of the private PostgreSQL and Redis."""
        return self.state / "servers"

    @property
    def business(self) -> Path:
        """What programs keep besides the servers: clock, secret, tick logs (HERMOD_STATE_DIR)."""
        return self.state / "business"

    @property
    def python(self) -> Path:
        """The Python of the checkout's virtual environment."""
        return self.root / ".venv" / "bin" / "python"

    def make_folders(self) -> None:
        """Create the state folder; others may pass through it (a server's account), not look."""
        self.state.mkdir(exist_ok=True)
        if self.state.stat().st_uid == os.geteuid():
            self.state.chmod(0o711)
        for folder in (self.logs, self.stamps, self.business):
            folder.mkdir(exist_ok=True)

    def reset(self) -> None:
        """Delete all data; what was downloaded and built stays. The lock must be held."""
        remove_data(self.servers)
        if self.business.exists():
            shutil.rmtree(self.business)
        self.make_folders()

    def secret_key(self) -> str:
        """Return the secret that signs tokens, made the first time, readable by its owner only."""
        path = self.business / "secret_key"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with open(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        return path.read_text().strip()

    @contextmanager
    def setting_up(self) -> Iterator[None]:
        """Wait until nobody else sets up this checkout, and keep it so while the block runs."""
        with (self.state / "setup.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Waiting for another set-up of this checkout to end ...")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Hold the checkout's lock while the block runs and yield its descriptor.

        Whoever inherits the descriptor keeps the lock. Raises CannotGoOn when somebody alive
        holds it; when only leftovers of a killed owner do, waits for them to end.
        """
        path = self.state / "lock"
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _take(lock, path)
            os.ftruncate(lock, 0)
            os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
            yield lock
        finally:
            os.close(lock)


def _take(lock: int, path: Path) -> None:
    until = time.monotonic() + LEAVING_S
    has_told = False
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(lock, 20, 0).decode().strip()
            if owner.isdigit() and Path(f"/proc/{owner}").exists():
                message = (
                    f"Process {owner} already runs a demo in this checkout: stop it with Ctrl-C"
                    f" in its terminal or with `kill {owner}`, then start this one again."
                )
                raise CannotGoOn(message) from None
            if time.monotonic() > until:
                message = f"Programs of an earlier demo do not end: see who holds {path}."
                raise CannotGoOn(message) from None
            if not has_told:
                say("Waiting for what an earlier demo left running to end ...")
                has_told = True
            time.sleep(0.1)
        else:
            return
