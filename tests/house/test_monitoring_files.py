"""The files for Prometheus, Grafana and Filebeat: well-formed, and about metrics that exist."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.kit.metrics import Metrics

FOLDER = Path(__file__).resolve().parents[2] / "monitoring"
NAMED = re.compile(r"hermod_\w+")


def series() -> set[str]:
    """Return the names of all our series."""
    endings = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",)}
    return {
        metric.name + ending
        for metric in Metrics.fresh().registry.collect()
        for ending in endings[metric.type]
    }


def expressions() -> list[str]:
    """Return every expression of the alerts and the dashboard."""
    alerts: Any = yaml.safe_load((FOLDER / "alerts.yml").read_text())
    rules = [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    board: Any = json.loads((FOLDER / "grafana.json").read_text())
    shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return [*rules, *shown]


@pytest.mark.parametrize("expression", expressions())
def test_an_expression_names_metrics_that_exist(expression: str) -> None:
    assert set(NAMED.findall(expression)) <= series()
    assert expression.count("(") == expression.count(")")


def test_every_alert_says_what_is_wrong_and_how_urgent_it_is() -> None:
    alerts: Any = yaml.safe_load((FOLDER / "alerts.yml").read_text())
    for group in alerts["groups"]:
        for rule in group["rules"]:
            assert rule["annotations"]["summary"], rule["alert"]
            assert rule["labels"]["severity"] in {"page", "morning"}, rule["alert"]


@pytest.mark.parametrize("name", ["prometheus.yml", "filebeat.yml"])
def test_the_other_files_can_be_read(name: str) -> None:
    assert isinstance(yaml.safe_load((FOLDER / name).read_text()), dict)
