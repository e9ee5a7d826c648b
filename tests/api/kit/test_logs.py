"""Structured logs: one line of JSON per event, whatever is in it."""

import json
import logging
import sys
from typing import Any

import pytest

from api.kit import logs


def line(event: str, *arguments: object, **extra: Any) -> dict[str, Any]:
    """Return the line that an event becomes, read again."""
    fields: dict[str, Any] = {"name": "a.logger", "levelname": "INFO", "msg": event}
    record = logging.makeLogRecord(fields | {"args": arguments} | extra)
    text = logs.JsonLines("test").format(record)
    assert "\n" not in text
    read: dict[str, Any] = json.loads(text)
    return read


def test_a_line_tells_when_where_and_what() -> None:
    found = line("offer %s", "accepted", offer="7", seconds=0.5)
    assert found.pop("at").endswith("+00:00")
    assert found == {
        "level": "info",
        "program": "test",
        "logger": "a.logger",
        "event": "offer accepted",
        "offer": "7",
        "seconds": 0.5,
    }


def test_lines_below_a_door_carry_its_ids() -> None:
    token = logs.context.set({"request_id": "r1", "actor": "a1"})
    inside = line("x")
    logs.context.reset(token)
    assert (inside["request_id"], inside["actor"]) == ("r1", "a1")
    assert "request_id" not in line("x")


def test_nothing_that_stands_beside_an_event_covers_it_up() -> None:
    token = logs.context.set({"event": "an id"})
    told = line("it happened", level="high", program="another")
    logs.context.reset(token)
    assert (told["event"], told["level"], told["program"]) == ("it happened", "info", "test")
    assert (told["event_"], told["level_"], told["program_"]) == ("an id", "high", "another")


@pytest.mark.parametrize(
    "value", ["half \ud800", 2**70, float("nan"), {1, 2}, b"\xff", {"a": {2: object()}}, "a\nb"]
)
def test_no_value_can_break_a_line(value: object) -> None:
    assert "value" in line("x", value=value)
    assert line("%s", value)["event"]


def test_a_traceback_does_not_quote_the_rows_of_the_database() -> None:
    class Duplicate(Exception):
        """What a driver raises."""

    try:
        raise Duplicate(
            "duplicate key\nDETAIL:  Key (phone)=(+351912345678) already exists.\nHINT: x"
        )
    except Duplicate:
        told = line("x", exc_info=sys.exc_info())["traceback"]
    assert "+351912345678" not in told
    assert "duplicate key" in told
    assert "HINT: x" in told
