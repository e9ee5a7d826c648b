"""What every runner prints: a table for people, then one line of JSON; how busy the machine was."""

import json
import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


class CpuShare:
    """How much of one core this process got between start and end: 1.0 is all of it."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def so_far(self) -> float:
        """Return the share since the start."""
        wall = time.perf_counter() - self._wall
        return (time.process_time() - self._cpu) / wall if wall else 0.0


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table."""
    table = Table(title=title, title_justify="left")
    for place, name in enumerate(columns):
        table.add_column(name, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*(f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row))
    Console().print(table)


def tell(result: dict[str, Any], file: Path | None) -> None:
    """Print `result` as one line of JSON, the last line of a runner, and write it to `file`."""
    line = json.dumps(result)
    if file is not None:
        file.write_text(line + "\n")
    print(line)
