"""Steps of setting up: skipped while the stamp holds, one line when done, the log on failure."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.machine.log_files import open_log, quoted, tail

DISK_FULL = "The disk is full: free some space and run it again"
FULL_BYTES = 10 * 1024 * 1024
CAUSES: tuple[tuple[str, str], ...] = (
    (r"No space left on device|ENOSPC", DISK_FULL),
    (
        r"hash(es)? (mismatch|do not match)|DO NOT MATCH THE HASHES|EINTEGRITY",
        "A downloaded file is not the one that the lock names: run it again, and if it stays so,"
        " renew the locks with `python3 bootstrap.py lock`",
    ),
    (
        r"name resolution|could ?n[o']t resolve|failed to (resolve|lookup)|dns error"
        r"|Network is unreachable|Connection refused|ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT"
        r"|timed? ?out|certificate verify|invalid peer certificate|UnknownIssuer|tunneling socket",
        "The package servers cannot be reached: check the network (and HTTPS_PROXY or"
        " SSL_CERT_FILE if you need them), then run it again",
    ),
    (
        r"Permission denied|EACCES|are you root",
        "A file may not be written: run it as the user who owns this checkout",
    ),
)
"""What a failing command's output says, and the sentence it stands for; the first match counts."""


class CannotGoOn(Exception):
    """What stands in the way and what to do about it, in one sentence."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Where steps keep their log, the environment of their commands, and whether they tell."""

    log: Path
    environment: Mapping[str, str]

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show `title` while the block runs and its seconds when it is done."""
        say(f"  {title} ... ", end="")
        began = time.monotonic()
        try:
            yield
        except BaseException:
            say("failed")
            raise
        say(f"{time.monotonic() - began:.1f} s")

    def run(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        remedy: str,
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run `command` and return what it printed; its output goes to the log.

        Raises CannotGoOn with the sentence that fits the output, or `remedy`; the last lines of
        the output are shown first.
        """
        words = [str(word) for word in command]
        start = self.log.stat().st_size if self.log.exists() else 0
        code = self._run_logged(words, cwd, environment or self.environment)
        written = "\n".join(tail(self.log, 10_000, start=start))
        if code == 0:
            return written
        if shutil.disk_usage(cwd).free < FULL_BYTES:
            raise CannotGoOn(DISK_FULL + ".")  # the output is cut short, nothing else to learn
        raise CannotGoOn(explain(written, remedy, log=self.log))

    def _run_logged(self, words: list[str], cwd: Path, environment: Mapping[str, str]) -> int:
        log = open_log(self.log)
        try:
            os.write(log, f"$ {' '.join(words)}\n".encode())
            done = subprocess.run(  # noqa: S603  # our own table of commands
                words,
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        except FileNotFoundError as error:
            missing = error.filename or words[0]
            message = f"The program {missing} is missing: run `python3 bootstrap.py setup` again"
            raise CannotGoOn(message) from error
        else:
            return done.returncode
        finally:
            os.close(log)


def explain(written: str, remedy: str, *, log: Path) -> str:
    """Return the sentence for a failed command that has `written` this, with its last lines."""
    shown = quoted(written.splitlines()[-30:])
    for pattern, sentence in CAUSES:
        if re.search(pattern, written, re.IGNORECASE):
            remedy = sentence
            break
    return f"{shown}{remedy} (everything it printed is in {log})."


def say(text: str, *, end: str = "\n") -> None:
    """Print to the person at the terminal; a closed terminal is no reason to fail."""
    try:
        sys.stdout.write(text + end)
        sys.stdout.flush()
    except OSError:
        return


def digest(*parts: object) -> str:
    """Return a short hash of `parts`; a Path counts by its content, anything else by its text."""
    state = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else str(part).encode()
        state.update(len(content).to_bytes(8, "big") + content)
    return state.hexdigest()[:32]


def is_stamped(stamp: Path, value: str) -> bool:
    """Return whether the step behind `stamp` was done for exactly this `value`."""
    try:
        return stamp.read_text().strip() == value
    except OSError:
        return False


def put_stamp(stamp: Path, value: str) -> None:
    """Remember that the step behind `stamp` is done for `value`."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value + "\n")


def files_under(folder: Path, leave_out: Iterable[str]) -> list[Path]:
    """Return all files under `folder` in a stable order, without folders named in `leave_out`."""
    skipped = set(leave_out)
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name in skipped:
            continue
        if path.is_dir() and not path.is_symlink():
            found += files_under(path, skipped)
        elif path.is_file():
            found.append(path)
    return found
