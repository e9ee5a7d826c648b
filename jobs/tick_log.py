"""The tick log: every tick that decided something, appended to files that replay reads."""

import logging
from pathlib import Path

log = logging.getLogger("jobs.tick_log")

LARGEST = 64 << 20
KEPT = 4


class TickLog:
    """Append-only files of recorded ticks in a folder; the oldest go when there are too many."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: Path | None = None

    def append(self, record: bytes, now_ms: int) -> None:
        """Append one record; begin a new file after a restart and when the last is full.

        Dispatch goes on where nothing can be written: a full disk costs the replay, not the orders.
        """
        try:
            self._append(record, now_ms)
        except OSError as error:
            self._file = None  # what was half written ends that file
            log.warning("a tick could not be recorded", extra={"error": str(error)})

    def _append(self, record: bytes, now_ms: int) -> None:
        if self._file is None or self._file.stat().st_size > LARGEST:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = self._folder / f"ticks-{now_ms}.log"
            self._forget_oldest()
        with self._file.open("ab") as file:
            file.write(record)

    def _forget_oldest(self) -> None:
        files = sorted(self._folder.glob("ticks-*.log"))
        for file in files[: max(0, len(files) - KEPT + 1)]:
            file.unlink(missing_ok=True)
