"""The ledger from its command line to its last line: small, with every kind of fault."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks.ledger.faults import Kind
from tests.support.commands import run_command

ROOT = Path(__file__).resolve().parents[3]
LEDGER = (sys.executable, "-m", "benchmarks.ledger")


@pytest.mark.city
@pytest.mark.timeout(900)
def test_no_fix_is_lost_doubled_or_reordered_whatever_dies(tmp_path: Path) -> None:
    """Ten phones, each kind of fault once, each proven by its victim."""
    file = tmp_path / "result.json"
    words = ("--phones", "10", "--fixes", "3000", "--faults", str(len(Kind)), "--seed", "1")
    done = run_command((*LEDGER, *words, "--json", file), cwd=ROOT, patience_s=850.0)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == json.loads(file.read_text())
    summary = told["summary"]
    assert [summary[name] for name in ("lost", "duplicated", "reordered", "unknown")] == [0] * 4
    assert summary["sent"] == 3000
    assert summary["acknowledged"] > 0
    assert summary["acknowledged"] <= summary["stored"] <= summary["sent"]
    assert {kind: one["reached"] for kind, one in summary["kinds"].items()} == dict.fromkeys(
        map(str, Kind), 1
    )
    assert summary["recovery_s_p95"] > 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--phones", "0"), "'0' is not a whole number from 1"),
        (("--fixes", "many"), "'many' is not a whole number from 1"),
        (("--fixes", "100"), "so many phones and faults need from 240600 to 16000000 fixes"),
    ],
)
def test_what_makes_no_sense_gets_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    """Before anything is started."""
    done = run_command((*LEDGER, *words), cwd=ROOT)
    assert done.returncode == 2
    assert sentence in done.stderr
