"""The history runner from its command line to its last line."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from benchmarks.tracking.history import Figures, day_of
from tests.support.commands import run_command

ROOT = Path(__file__).resolve().parents[3]
RUNNER = (sys.executable, "-m", "benchmarks.tracking.history")


def test_a_day_is_the_same_for_the_same_seed() -> None:
    """A fix each second, in order."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    one, again = (day_of(UUID(int=1), 50, start, 3) for _ in range(2))
    assert one == again
    assert [record.fix.seq for record in one] == list(range(1, 51))
    times = [record.fix.t_ms for record in one]
    assert times == sorted(times)


@pytest.mark.city
@pytest.mark.timeout(600)
def test_history_is_measured(tmp_path: Path) -> None:
    """Small: the figures mean nothing, but each is there."""
    file = tmp_path / "result.json"
    words = ("--couriers", "2", "--fixes", "600", "--json", file)
    done = run_command((*RUNNER, *words), cwd=ROOT, patience_s=500.0)
    assert done.returncode == 0, done.stderr
    summary = json.loads(file.read_text())["summary"]
    assert set(summary) == set(Figures.__dataclass_fields__)
    assert summary["fixes"] == 1200
    assert 0 < summary["bytes_per_fix_packed"] < summary["bytes_per_fix_in_rows"]
