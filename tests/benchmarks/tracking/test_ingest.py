"""The ingest runner from its command line to its last line, and how it compares."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks.tracking.__main__ import RUNNERS, summary
from benchmarks.tracking.ingest import FORMS, Figures
from tests.support.commands import run_command

ROOT = Path(__file__).resolve().parents[3]
RUNNER = (sys.executable, "-m", "benchmarks.tracking")


def figures(server: str, form: str, pace: str, us_per_fix: float) -> Figures:
    """Return what was measured of one server."""
    return Figures(server, form, pace, us_per_fix, 1e6 / us_per_fix, 1.0, 1.0, 1.0)


def test_a_ratio_is_the_worst_of_all_forms_and_paces() -> None:
    """Above 1 we are cheaper than the rival everywhere."""
    found = [
        figures("ours", "p", "paced", 50.0),
        figures("ours", "f", "paced", 10.0),
        figures("stock", "p", "paced", 200.0),
        figures("endpoint", "p", "paced", 20.0),
        figures("endpoint", "f", "paced", 5.0),
        figures("stock", "f", "paced", 15.0),
    ]
    told = summary(RUNNERS["ingest"], found, ["stock"])
    assert told["everything_on_ratio_to_stock"] == 1.5
    assert told["everything_on_ratios_to_stock"] == {"p, paced": 4.0, "f, paced": 1.5}
    assert told["ratio_to_stock"] == 3.0
    assert told["ratios_to_stock"] == {"p, paced": 10.0, "f, paced": 3.0}


@pytest.mark.city
@pytest.mark.timeout(600)
def test_ours_and_the_stock_library_are_measured_in_one_run(tmp_path: Path) -> None:
    """Small: the figures mean nothing, but each is there."""
    file = tmp_path / "result.json"
    words = ("ingest", "--phones", "5", "--messages", "4", "--rate", "200", "--json", file)
    done = run_command((*RUNNER, *words), cwd=ROOT, patience_s=550.0)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == json.loads(file.read_text())
    measured = {(one["server"], one["form"], one["pace"]) for one in told["summary"]["figures"]}
    assert measured == {
        (server, form.name, pace)
        for server in ("ours", "endpoint", "stock")
        for form in FORMS
        for pace in ("paced", "over-driven")
    }
    assert all(one["us_per_fix"] > 0 for one in told["summary"]["figures"])
    assert told["summary"]["ratio_to_stock"] > 0


def test_an_unknown_rival_gets_one_sentence() -> None:
    """Before anything is started."""
    done = run_command((*RUNNER, "ingest", "--peers", "stock,other"), cwd=ROOT)
    assert done.returncode == 2
    assert "there is no 'other'; known: stock, node, raw" in done.stderr
