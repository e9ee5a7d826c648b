"""The other runners from their command line to their last line: small, but each figure is there."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks.tracking.live import Map
from tests.support.commands import run_command
from tracking.wire import MapRecord, pack_records

ROOT = Path(__file__).resolve().parents[3]
RUNNER = (sys.executable, "-m", "benchmarks.tracking")


@pytest.mark.city
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("words", "servers", "cost"),
    [
        (
            ("fanout", "--watchers", "20", "--deliveries", "200", "--rate", "400"),
            {"endpoint", "stock"},
            "us_per_delivery",
        ),
        (("connect", "--connections", "20"), {"ours", "endpoint", "stock"}, "ms_each"),
        (("live", "--phones", "8", "--maps", "5", "--seconds", "2"), {"ours"}, "us_per_fix"),
        (("nearest", "--couriers", "500", "--queries", "50"), {"grid", "redis"}, "us_per_query"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_runner_measures_everybody(
    tmp_path: Path, words: tuple[str, ...], servers: set[str], cost: str
) -> None:
    """And says so in a table and in one line of JSON."""
    file = tmp_path / "result.json"
    done = run_command((*RUNNER, *words, "--json", file), cwd=ROOT, patience_s=550.0)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == json.loads(file.read_text())
    figures = told["summary"]["figures"]
    assert {one["server"] for one in figures} == servers
    assert all(one[cost] > 0 for one in figures)
    assert not sum(one.get("mismatches", 0) for one in figures)
    if words[0] == "live":
        (paced,) = [one for one in figures if one["pace"] == "paced"]
        assert paced["shown_per_s"] > 0  # over-driven, so few are done before the first tick


async def test_a_map_counts_the_records_it_is_sent() -> None:  # noqa: RUF029  # needs a loop
    """By the length of the base64, without unpacking them."""
    one = Map(1, 1, "")
    records = pack_records([MapRecord(ref, 1, 2, 3, 4, 5, 6, 7, 8) for ref in range(3)])
    one.hear(f'42["t","871f1d489ffffff",7,"{records}",[],[]]')
    one.hear(f'42["t","871f1d489ffffff",8,"{records}",[],[]]')
    assert one.shown == 6
