"""The runner: rows and summary as promised, files for the authors' evaluator, clear refusals."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks.meals.__main__ import main
from tests.benchmarks.meals.days import busy_day, write_zip


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["meals", *words])
    return main()


def test_rows_and_summary_are_told_for_every_policy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write_zip(tmp_path / "days.zip", busy_day())
    file, folder = tmp_path / "told.json", tmp_path / "dump"
    words = ["--zip", str(archive), "--json", str(file), "--dump", str(folder)]
    assert run(monkeypatch, *words) == 0
    told = json.loads(file.read_text())
    assert {row["policy"] for row in told["rows"]} == told["summary"].keys()
    assert told["summary"].keys() == {"hermod", "matching", "matching-5min"}
    for means in told["summary"].values():
        assert means["excess_min"] == pytest.approx(
            means["click_to_door"] - means["floor"], abs=1e-4
        )
        assert means["cost_over_floor"] >= 0
        assert means["delivered"] == 1.0
    assert told["better"].keys() == {"matching", "matching-5min"}
    lines = (folder / "made-up/hermod/solution_info_orders.txt").read_text().splitlines()
    assert lines[0] == "order placement_time ready_time pickup_time dropoff_time courier"
    assert len(lines) == 31
    moves = (folder / "made-up/hermod/solution_info_couriers.txt").read_text().splitlines()
    assert moves[0] == "courier departure_time origin destination"
    assigned = (folder / "made-up/hermod/solution_info_assignments.txt").read_text()
    assert sum(len(line.split()) - 3 for line in assigned.splitlines()[1:]) == 30


def test_an_unknown_day_is_refused_with_the_nearest_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = write_zip(tmp_path / "days.zip", busy_day())
    assert run(monkeypatch, "--zip", str(archive), "--instances", "made-ub") == 2
    assert "did you mean made-up?" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--refusals", "2"), ("--policy", "magic")])
def test_bad_words_are_refused(
    words: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write_zip(tmp_path / "days.zip", busy_day())
    with pytest.raises(SystemExit):
        run(monkeypatch, "--zip", str(archive), *words)
