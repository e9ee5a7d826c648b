"""Log files of child processes: appended to, kept small, their last lines shown on failure."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

TAIL_BYTES = 64 * 1024


def open_log(path: Path) -> int:
    """Return a file descriptor that appends to `path`; the caller closes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)


def size_of(path: Path) -> int:
    """Return how many bytes `path` holds; 0 when it is missing."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def tail(path: Path, lines: int = 30, *, start: int = 0) -> list[str]:
    """Return the last `lines` lines of `path` after byte `start`; none when it is missing."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(start if start <= end else 0, end - TAIL_BYTES))
            written = file.read().decode(errors="replace")
    except FileNotFoundError:
        return []
    return written.splitlines()[-lines:]


def rotate(path: Path, limit_bytes: int) -> bool:
    """Copy `path` to `<path>.1` and empty it once it is larger than `limit_bytes`.

    The file is emptied, not renamed: the program that appends to it keeps its descriptor. Lines
    written between the copy and the emptying are lost, which only a chatty program will notice.
    """
    try:
        if path.stat().st_size <= limit_bytes:
            return False
        shutil.copyfile(path, path.with_name(path.name + ".1"))
        os.truncate(path, 0)
    except OSError:
        return False  # a log that cannot be rotated (disk full) must not stop a supervisor
    return True


def quoted(lines: Sequence[str]) -> str:
    """Return `lines` of somebody else's output, marked as such, to stand before a sentence."""
    return "".join(f"    | {line}\n" for line in lines)
