"""What every request passes: an id, headers, one rendering of every error, a log line, a count."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import asyncpg
import pytest
from aiohttp import web

from api.kit import logs
from api.kit.errors import ApiError, Conflict, FieldError, InvalidInput
from api.kit.metrics import Metrics
from api.kit.middlewares import SECURITY_HEADERS, add_security_headers, shell
from api.kit.redis import RedisConnectionError, RedisError
from tests.support.people import Person
from tests.support.small_api import guarded_program

SECRET = "a value that only the log may show"
RAISED: dict[str, BaseException] = {
    "conflict": Conflict("It is taken", headers={"Retry-After": "9"}),
    "fields": InvalidInput(fields=[FieldError("title", "required", "send it")]),
    "crash": RuntimeError(SECRET),
    "database": asyncpg.PostgresConnectionError(SECRET),
    "redis": RedisConnectionError(SECRET),
    "script": RedisError(SECRET),
    "gone": web.HTTPGone(),
}


@pytest.fixture
def metrics() -> Metrics:
    """Return fresh metrics."""
    return Metrics.fresh()


@pytest.fixture
async def person(metrics: Metrics) -> AsyncIterator[Person]:
    """Return somebody at a program whose only endpoint raises what the path says."""

    async def fail(request: web.Request) -> web.Response:  # noqa: RUF029  # aiohttp's shape
        if request.match_info["what"] == "nothing":
            return web.json_response({"fine": True})
        raise RAISED[request.match_info["what"]]

    app = web.Application(middlewares=[shell(metrics)])
    app.on_response_prepare.append(add_security_headers)
    app.router.add_get("/raise/{what}", fail)
    async with guarded_program(app) as port:
        yield Person(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/raise/conflict", 409, "conflict"),
        ("/raise/fields", 422, "invalid_input"),
        ("/raise/crash", 500, "internal_error"),
        ("/raise/database", 503, "unavailable"),
        ("/raise/redis", 503, "unavailable"),
        ("/raise/script", 500, "internal_error"),
        ("/raise/gone", 400, "bad_request"),
        ("/nowhere", 404, "not_found"),
        ("//", 404, "not_found"),
        ("/raise/%2e%2e%2fetc", 500, "internal_error"),
    ],
)
async def test_both_views_of_an_error_tell_the_same_facts(
    person: Person, path: str, status: int, code: str
) -> None:
    id_sent = {"X-Request-Id": "a-request-of-mine"}
    envelope = await person.get(path, headers=id_sent)
    problem = await person.get(path, headers=id_sent | {"Accept": "application/problem+json"})
    assert (envelope.status, problem.status) == (status, status)
    assert envelope.headers["Content-Type"].startswith("application/json")
    assert problem.headers["Content-Type"].startswith("application/problem+json")
    assert (envelope.body["success"], envelope.body["data"]) == (False, None)
    assert problem.body["status"] == status
    assert problem.body["type"] == f"/docs/errors#{code}"
    assert problem.body["detail"] == envelope.body["message"]
    assert problem.body["title"]
    for name in ("code", "requestId", "errors"):
        assert envelope.body[name] == problem.body[name]
    assert (envelope.code, envelope.body["requestId"]) == (code, "a-request-of-mine")
    assert SECRET not in str(envelope.body) + str(problem.body)


async def test_an_errors_own_headers_and_fields_are_sent(person: Person) -> None:
    conflict = await person.get("/raise/conflict")
    assert (conflict.headers["Retry-After"], conflict.body["message"]) == ("9", "It is taken")
    fields = (await person.get("/raise/fields")).body["errors"]
    assert fields == [{"field": "title", "code": "required", "message": "send it"}]


@pytest.mark.parametrize("path", ["/raise/nothing", "/raise/crash", "/nowhere"])
async def test_every_answer_has_a_request_id_and_the_security_headers(
    person: Person, path: str
) -> None:
    answer = await person.get(path)
    assert len(answer.headers["X-Request-Id"]) == 32
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    if answer.status >= 400:
        assert answer.body["requestId"] == answer.headers["X-Request-Id"]
        assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "bad", ["short", "x" * 65, "with space in it", "quote'quote'quote", "caf\u00e9caf\u00e9", ""]
)
async def test_a_request_id_that_could_harm_the_log_is_replaced(person: Person, bad: str) -> None:
    answer = await person.get("/raise/nothing", headers={"X-Request-Id": bad})
    assert answer.headers["X-Request-Id"] != bad
    kept = await person.get("/raise/nothing", headers={"X-Request-Id": "trace.01-AB_9"})
    assert kept.headers["X-Request-Id"] == "trace.01-AB_9"


async def test_requests_are_counted_by_endpoint_and_never_by_path(
    person: Person, metrics: Metrics
) -> None:
    for path in ("/raise/nothing", "/raise/conflict", "/raise/crash", "/a", "/b", "/c"):
        await person.get(path)
    await person.ask("DELETE", "/raise/nothing")
    counted = {
        (sample.labels["endpoint"], sample.labels["status"]): sample.value
        for metric in metrics.requests.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    }
    assert counted == {
        ("GET /raise/{what}", "200"): 1,
        ("GET /raise/{what}", "409"): 1,
        ("GET /raise/{what}", "500"): 1,
        ("unmatched", "404"): 3,
        ("unmatched", "405"): 1,
    }


async def test_each_request_is_one_line_with_its_id_and_a_crash_one_more(
    person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.setFormatter(logs.JsonLines("test"))
    with caplog.at_level(logging.INFO, "api.http"):
        await person.get("/raise/crash", headers={"X-Request-Id": "the-one-i-look-for"})
        await asyncio.gather(*(t for t in asyncio.all_tasks() if t.get_name() == "request log"))
    lines = [json.loads(line) for line in caplog.text.splitlines()]
    crash, request = [line for line in lines if line["logger"] == "api.http"]
    assert {crash["request_id"], request["request_id"]} == {"the-one-i-look-for"}
    assert (crash["event"], SECRET in crash["traceback"]) == ("unexpected error", True)
    assert (request["endpoint"], request["status"]) == ("GET /raise/{what}", 500)
    assert request["ms"] >= 0


def test_a_code_stands_for_one_status_and_one_title() -> None:
    def kinds(root: type[ApiError]) -> list[type[ApiError]]:
        return [root, *(found for child in root.__subclasses__() for found in kinds(child))]

    ours = [kind for kind in kinds(ApiError) if kind.__module__.startswith("api.")]
    assert len(ours) > 15
    for kind in ours:
        assert 400 <= kind.status < 600, kind
        assert kind.title, kind
        assert kind.__doc__, kind
    rows = {(kind.code, kind.status, kind.title) for kind in ours}
    assert len({code for code, _status, _title in rows}) == len(rows)
