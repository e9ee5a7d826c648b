"""Structured logs: one line of JSON per event, whatever is in it."""

import asyncio
import io
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


def record(event: str, level: int = logging.INFO) -> logging.LogRecord:
    """Return what is told."""
    return logging.makeLogRecord({"msg": event, "levelno": level})


def test_what_is_told_reads_like_what_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("a.logger")
    beside = {"event": "an id", "status": 200}
    with caplog.at_level(logging.WARNING, "a.logger"):
        logs.tell(log, "too quiet", [(1e9, beside)])
    with caplog.at_level(logging.INFO, "a.logger"):
        logs.tell(log, "it happened", [(1e9, beside)])
        log.info("it happened", extra=beside)
    told, logged = (json.loads(logs.JsonLines("test").format(one)) for one in caplog.records)
    assert told.pop("at") == "2001-09-09T01:46:40.000+00:00"
    logged.pop("at")
    assert told == logged
    assert caplog.text.count("it happened") == 2


def test_many_can_be_told_at_once_each_with_its_time(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.setFormatter(logs.JsonLines("test"))
    with caplog.at_level(logging.INFO, "a.logger"):
        lines = [(1e9 + n, {"number": n}) for n in range(3)]
        logs.tell(logging.getLogger("a.logger"), "it happened", lines)
    told = [json.loads(line) for line in caplog.text.splitlines()]
    assert [(one["event"], one["number"], one["at"][17:19]) for one in told] == [
        ("it happened", 0, "40"),
        ("it happened", 1, "41"),
        ("it happened", 2, "42"),
    ]


async def test_lines_of_one_turn_of_the_loop_are_written_together() -> None:
    written = Counting()
    handler = logs.Turns(written)
    handler.emit(record("a"))
    handler.emit(record("b"))
    assert written.getvalue() == ""
    await asyncio.sleep(0)
    assert (written.getvalue(), written.writes) == ("a\nb\n", 1)


async def test_a_warning_is_written_at_once_after_what_was_told_before() -> None:
    written = Counting()
    handler = logs.Turns(written)
    handler.emit(record("a"))
    handler.emit(record("b", logging.WARNING))
    assert written.getvalue() == "a\nb\n"
    await asyncio.sleep(0)
    assert written.writes == 1


def test_without_a_loop_every_line_is_written_at_once() -> None:
    written = Counting()
    handler = logs.Turns(written)
    for event in ("a", "b"):
        handler.emit(record(event))
    assert (written.getvalue(), written.writes) == ("a\nb\n", 2)


class Counting(io.StringIO):
    """A stream that counts how often it is written to."""

    writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)
