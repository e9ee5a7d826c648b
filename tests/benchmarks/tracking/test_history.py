"""What history is measured with, and the runner from its command line to its last line."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from benchmarks.tracking.history import Figures, rides
from tests.support.commands import run_command

ROOT = Path(__file__).resolve().parents[3]
RUNNER = (sys.executable, "-m", "benchmarks.tracking", "history")


def test_rides_are_the_same_for_the_same_seed() -> None:
    """A fix of each courier each second, numbered in order."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    one, again = (np.stack(list(rides(3, 50, start, 3))) for _ in range(2))
    assert one.tobytes() == again.tobytes()
    assert (one["seq"] == np.arange(1, 51)[:, None]).all()
    assert (np.diff(one["t_ms"], axis=0) > 900).all()
    assert len(set(one["courier"][0].tolist())) == 3


@pytest.mark.city
@pytest.mark.timeout(600)
def test_history_is_measured(tmp_path: Path) -> None:
    """Small: the figures mean nothing, but each is there."""
    file = tmp_path / "result.json"
    words = ("--couriers", "20", "--fixes", "120", "--json", file)
    done = run_command((*RUNNER, *words), cwd=ROOT, patience_s=500.0)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(file.read_text())["summary"]["figures"]
    assert set(found) == set(Figures.__dataclass_fields__)
    assert found["fixes"] == 2400
    assert 0 < found["bytes_per_fix_packed"] < found["bytes_per_fix_settled"]
