"""Notes of requests: counted at once, told together a moment later, or when the program ends."""

import asyncio
import json
import logging
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from api.kit import logs
from api.kit.metrics import Metrics
from api.kit.request_notes import Note, RequestNotes


def noted(number: int) -> tuple[web.Request, Note, int]:
    """Return a request to no endpoint, the note of it, and how it was answered."""
    request = make_mocked_request("GET", "/")
    request._match_info = cast("Any", SimpleNamespace(route=SimpleNamespace(resource=None)))
    note = Note(f"request {number}")
    note.actor = f"actor {number}"
    return request, note, 200 + number


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the lines that were written."""
    return [json.loads(line) for line in caplog.text.splitlines()]


@pytest.fixture
def notes(caplog: pytest.LogCaptureFixture) -> RequestNotes:
    """Return what takes notes, to a log whose lines can be read."""
    caplog.handler.setFormatter(logs.JsonLines("test"))
    caplog.set_level(logging.INFO, "api.http")
    return RequestNotes(Metrics.fresh())


async def test_requests_are_told_together_and_not_of_whoever_came_first(
    notes: RequestNotes, caplog: pytest.LogCaptureFixture
) -> None:
    logs.context.set({"request_id": "of whoever came first", "topic": "theirs"})
    for number in range(2):
        notes.take(*noted(number))
    assert not caplog.text
    assert notes._writer is not None
    await notes._writer
    lines = told(caplog)
    assert [(one["request_id"], one["actor"], one["status"]) for one in lines] == [
        ("request 0", "actor 0", 200),
        ("request 1", "actor 1", 201),
    ]
    assert len(caplog.records) == 1
    assert {one["event"] for one in lines} == {"request"}
    assert not any("topic" in one for one in lines)


async def test_what_waits_is_told_when_the_program_ends(
    notes: RequestNotes, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(2):  # a second time too
        notes.take(*noted(number))
        await asyncio.sleep(0)
        assert notes._writer is not None
        notes._writer.cancel()
        with suppress(asyncio.CancelledError):
            await notes._writer
    assert [one["status"] for one in told(caplog)] == [200, 201]


async def test_requests_are_counted_where_the_log_is_quiet(
    caplog: pytest.LogCaptureFixture,
) -> None:
    metrics = Metrics.fresh()
    notes = RequestNotes(metrics)
    with caplog.at_level(logging.WARNING, "api.http"):
        for _ in range(2):
            notes.take(*noted(4))
        assert notes._writer is not None
        await notes._writer
    assert not caplog.records
    name, labels = "hermod_http_requests_total", {"endpoint": "unmatched", "status": "204"}
    assert metrics.registry.get_sample_value(name, labels) == 2
