"""Errors of the log reach the tracker, without what belongs to a person or opens a door."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from api.integrations.error_reports import MASK, ErrorReports, reporting, scrubbed
from api.kit import logs
from api.kit.cannot_start import CannotStart
from api.settings import Settings
from tests.support.error_tracker import ErrorTracker

log = logging.getLogger("api.test")

QUOTED = "planted"  # named apart: reports hold the lines of source around an error
SECRETS = {
    "an API key": "hermod_019ab0c2d3e4f506172839_abcDEF-123",
    "an access token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    "a header": "Bearer abcdef0123456789",
    "an address of a server": "user:pass@",
    "an e-mail address": "ana.sa+x@mail.example",
    "a phone number": "+351 912 345 678",
    "a personal number": "880101350123",
    "a refresh token": "V1StGXR8_Z5jdHi6B-myT" * 3,
}


@dataclass
class Tracked:
    """A tracker and a program whose errors go there."""

    tracker: ErrorTracker
    given: Settings

    def program(self) -> AbstractContextManager[None]:
        """Report errors for a while."""
        return reporting(self.given, "api")


async def close(running: ExitStack) -> None:
    """End a program, in a thread: it waits for its last reports."""
    await asyncio.to_thread(running.close)


@pytest.fixture
async def tracked(settings: Settings) -> AsyncIterator[Tracked]:
    """Return a tracker that listens."""
    tracker = ErrorTracker()
    async with TestServer(tracker.app()) as server:
        dsn = f"http://public@127.0.0.1:{server.port}/7"
        given = settings.model_copy(update={"error_reports_dsn": SecretStr(dsn)})
        yield Tracked(tracker, given)


def fail(secret: str) -> None:
    """Raise an error that quotes what it should not."""
    inside = f"local {secret}"
    message = f"duplicate key {inside}\nDETAIL:  Key (email)=({QUOTED}) already exists."
    raise ValueError(message)


async def test_an_unexpected_error_is_told_with_where_and_in_which_request(
    tracked: Tracked,
) -> None:
    running = ExitStack()
    running.enter_context(tracked.program())
    token = logs.context.set({"request_id": "req-12345678"})
    try:
        fail("nothing")
    except ValueError:
        log.exception("unexpected error", extra={"endpoint": "GET /api/v1/orders"})
    log.warning("not so bad")
    logs.context.reset(token)
    await close(running)
    (event,) = tracked.tracker.events
    (error,) = event["exception"]["values"]
    assert (error["type"], error["value"].strip()) == ("ValueError", "duplicate key local nothing")
    frames = error["stacktrace"]["frames"]
    assert frames[-1]["function"] == "fail"
    assert "vars" not in frames[-1]
    assert event["logentry"]["message"] == "unexpected error"
    assert event["tags"] == {"program": "api", "request_id": "req-12345678"}
    assert event["extra"]["endpoint"] == "GET /api/v1/orders"
    assert (event["level"], event["environment"]) == ("error", "development")
    assert event["release"].startswith("hermod@")


@pytest.mark.parametrize("kind", SECRETS)
async def test_contacts_and_secrets_do_not_leave(tracked: Tracked, kind: str) -> None:
    secret = SECRETS[kind]
    told = f"postgresql://{secret}host/db" if "server" in kind else f"for {secret}, no"
    running = ExitStack()
    running.enter_context(tracked.program())
    try:
        fail(told)
    except ValueError as error:
        log.exception("went wrong: %s", error, extra={"about": {"deep": [told]}})
    await close(running)
    (event,) = tracked.tracker.events
    assert event["extra"]["about"] != {"deep": [told]}
    sent = b"".join(tracked.tracker.raw).decode()
    assert secret not in sent
    assert QUOTED not in sent


def test_ids_of_ours_stay_readable() -> None:
    told = "order 01a1fdf9-ebdd-7dc8-96a3-afe9e27e6ada, request 01a1fdf9ebdd7dc896a3afe9e27e6ada"
    assert scrubbed(told) == told
    assert scrubbed({"phone": ["+351912345678", 5]}) == {"phone": [MASK, 5]}


async def test_a_tracker_that_is_away_disturbs_nobody(tracked: Tracked) -> None:
    tracked.tracker.status = 500
    running = ExitStack()
    running.enter_context(tracked.program())
    for _ in range(300):
        log.error("again")
    await close(running)
    assert tracked.tracker.events == []
    assert not any(isinstance(one, ErrorReports) for one in logging.getLogger().handlers)


def test_without_a_dsn_nothing_is_set_up(settings: Settings) -> None:
    with reporting(settings, "api"):
        assert not any(isinstance(one, ErrorReports) for one in logging.getLogger().handlers)


def test_a_dsn_that_is_none_stops_the_program(settings: Settings) -> None:
    given = settings.model_copy(update={"error_reports_dsn": SecretStr("sentry.example")})
    with pytest.raises(CannotStart, match="HERMOD_ERROR_REPORTS_DSN"), reporting(given, "api"):
        pass
