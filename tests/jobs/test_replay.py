"""The replay command: the same again, or what would have been, told pair by pair."""

import sys
from pathlib import Path

import pytest

from benchmarks.tick_city import city
from dispatch.policy import DispatchPolicy
from dispatch.replay import encode_record
from dispatch.solve import solve
from jobs.replay import main

ROLLING = DispatchPolicy(rolling=1)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a log of three ticks."""
    file = tmp_path_factory.mktemp("ticks") / "ticks-1.log"
    parts = []
    for seed in range(3):
        problem = city(8, 20, 1, seed=seed)
        plan = solve(problem, ROLLING, seed)
        parts.append(encode_record(problem.to_bytes(), ROLLING, seed, plan.to_bytes()))
    file.write_bytes(b"".join(parts))
    return file


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["replay", *words])
    return main()


def test_recorded_ticks_come_out_the_same(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, str(log)) == 0
    assert capsys.readouterr().out == "3 ticks replayed: 3 the same, 0 different\n"


def test_more_couriers_would_have_brought_it_sooner(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, str(log), "--couriers", "+10") == 0
    told = capsys.readouterr().out
    (eta,) = (line.split() for line in told.splitlines() if line.strip().startswith("eta_s"))
    assert float(eta[2]) < float(eta[1])
    assert eta[3].startswith("-")


@pytest.mark.parametrize("knob", ["rolling=0", "pay_s=900", "travel_weight=1000"])
def test_another_policy_can_be_tried(
    knob: str, log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, str(log), "--policy", knob) == 0
    assert "3 ticks, each as recorded and with the change" in capsys.readouterr().out


def test_an_unknown_knob_and_a_damaged_log_are_refused_in_a_sentence(
    log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(monkeypatch, str(log), "--policy", "luck=7") == 2
    assert "'luck' is no knob" in capsys.readouterr().err
    broken = tmp_path / "broken.log"
    broken.write_bytes(b"x" * 40 + log.read_bytes())
    assert run(monkeypatch, str(broken)) == 2
    assert "no record begins at byte 0" in capsys.readouterr().err
