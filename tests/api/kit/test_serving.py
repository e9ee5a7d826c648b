"""The way of every request: what is refused before anything happens, and how."""

import asyncio
import gzip
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.kit.actor import PUBLIC, SIGNED_IN, Actor, Role
from api.kit.db import Database
from api.kit.endpoint import Endpoint, Owner
from api.kit.rate_limit import Limit, RateClass
from api.kit.schema import Draft, Nothing, View
from api.kit.work import Work
from tests.support.people import Person
from tests.support.raw_http import wire
from tests.support.servers import ROOT
from tests.support.small_api import PLENTY, always, small_api

THING = "/things/01a1fdf9-ebdd-7dc8-96a3-afe9e27e6ada"


class ThingPath(Draft):
    """Which thing."""

    thing_id: UUID


class ThingQuery(Draft):
    """How to look at it."""

    page_size: int = 20
    search: str | None = None
    moods: list[str] | None = None


class Thing(Draft):
    """A body."""

    title: str


class Seen(View):
    """What the handler was given."""

    given: dict[str, Any]
    version: int = 3


async def look(  # noqa: RUF029  # handlers are awaited
    _work: Work, path: ThingPath, query: ThingQuery, _body: Nothing
) -> Seen:
    """Look at a thing."""
    return Seen(given={"id": str(path.thing_id)} | query.model_dump())


async def change(  # noqa: RUF029  # handlers are awaited
    work: Work, _path: ThingPath, _query: Nothing, body: Thing
) -> Seen:
    """Change a thing."""
    return Seen(given=body.model_dump() | {"expected": work.expected_version})


async def make(  # noqa: RUF029  # handlers are awaited
    _work: Work, _path: Nothing, _query: Nothing, body: Thing
) -> Seen:
    """Make a thing."""
    return Seen(given=body.model_dump())


async def hang(_work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Seen:
    """Never answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def lose(work: Work, _path: Nothing, _query: Nothing, _body: Nothing) -> Seen:
    """Lose a race against another transaction, as PostgreSQL tells it."""
    await work.db.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END $$")
    raise AssertionError


ENDPOINTS = (
    Endpoint("GET", "/things/{thingId}", look, SIGNED_IN, Owner.SELF, versioned=True),
    Endpoint("PUT", "/things/{thingId}", change, SIGNED_IN, Owner.SELF, versioned=True),
    Endpoint("POST", "/things", make, "thing:make", Owner.SELF, status=201, body_limit=1024),
    Endpoint("POST", "/export", make, SIGNED_IN, Owner.SELF, rate=RateClass.EXPORT),
    Endpoint("POST", "/public", make, PUBLIC, Owner.ANYONE),
    Endpoint("GET", "/hang", hang, PUBLIC, Owner.ANYONE),
    Endpoint("POST", "/lose", lose, PUBLIC, Owner.ANYONE),
)


@pytest.mark.parametrize(
    ("method", "path", "body", "field", "hint"),
    [
        ("GET", f"{THING}?pagesize=3", None, "pagesize", "did you mean 'pageSize'?"),
        ("GET", f"{THING}?page_size=3", None, "page_size", "did you mean 'pageSize'?"),
        ("GET", f"{THING}?pageSize=x", None, "pageSize", "valid integer"),
        ("GET", f"{THING}?pageSize=3&pageSize=3", None, "pageSize", "send it once"),
        ("GET", f"{THING}?search=%00", None, "search", "take the NUL out"),
        ("GET", f"{THING}?moods=a&moods=%00", None, "moods", "take the NUL out"),
        ("GET", f"{THING}?%00=a", None, "", "take the NUL out"),
        ("GET", "/things/7", None, "thingId", "valid UUID"),
        ("GET", "/things/%00", None, "thingId", "take the NUL out"),
        ("POST", "/things", {"titel": "a"}, "titel", "did you mean 'title'?"),
        ("POST", "/things?dry=1", {"title": "a"}, "dry", "no fields are taken here"),
        ("GET", THING, {"title": "a"}, "title", "no fields are taken here"),
    ],
)
async def test_what_is_wrong_is_named_with_its_remedy(
    database: Database, redis_url: str, method: str, path: str, body: Any, field: str, hint: str
) -> None:
    async with small_api(ENDPOINTS, database, redis_url) as person:
        answer = await person.ask(method, path, body)
    assert (answer.status, answer.code) == (422, "invalid_input")
    messages = {error["field"]: error["message"] for error in answer.body["errors"]}
    assert hint in messages[field]


async def test_a_query_reaches_the_handler_with_its_lists(
    database: Database, redis_url: str
) -> None:
    async with small_api(ENDPOINTS, database, redis_url) as person:
        path = f"{THING}?search=%25_%27&moods=a&moods=b&pageSize=7"
        given = (await person.get(path)).data["given"]
    assert given == {
        "id": THING.rpartition("/")[2],
        "search": "%_'",
        "moods": ["a", "b"],
        "page_size": 7,
    }


@pytest.mark.parametrize(
    ("headers", "raw", "status", "code"),
    [
        ({"Content-Type": "text/plain"}, b'{"title": "a"}', 415, "unsupported_media_type"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"title=a", 415, None),
        ({"Content-Encoding": "gzip"}, gzip.compress(b'{"title": "a"}', mtime=0), 415, None),
        ({"Content-Encoding": "identity"}, b'{"title": "a"}', 201, None),
        ({"Content-Encoding": "br"}, b"x", 415, None),
        ({}, b'{"title": "' + b"a" * 1012 + b'"}', 413, "body_too_large"),
        ({"Content-Type": "application/json; charset=utf-8"}, b'{"title": "a"}', 201, None),
        ({"Content-Type": 'application/json; charset="UTF-8"'}, b'{"title": "a"}', 201, None),
        ({"Content-Type": "application/json; charset=latin-1"}, b'{"title": "a"}', 415, None),
        ({"Content-Type": "application/json; charset=utf-16"}, b'{"title": "a"}', 415, None),
        ({}, b'{"title": "' + b"a" * 1011 + b'"}', 201, None),
    ],
)
async def test_bodies_of_another_kind_or_size_are_refused(
    database: Database,
    redis_url: str,
    headers: dict[str, str],
    raw: bytes,
    status: int,
    code: str | None,
) -> None:
    async with small_api(ENDPOINTS, database, redis_url) as person:
        answer = await person.post("/things", raw=raw, headers=headers)
    assert answer.status == status
    assert code is None or answer.code == code


async def test_a_body_without_a_length_is_cut_off_at_the_limit(
    database: Database, redis_url: str
) -> None:
    head = b"POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    async with (
        small_api(ENDPOINTS, database, redis_url) as person,
        wire(port_of(person)) as client,
    ):
        await client.send(head + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(5):
            await client.send(b"100\r\n" + b" " * 256 + b"\r\n")
        assert await client.status() == 413


async def test_a_body_that_trickles_in_is_given_up(database: Database, redis_url: str) -> None:
    head = b"POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    async with (
        small_api(ENDPOINTS, database, redis_url, body_s=0.3) as person,
        wire(port_of(person)) as client,
    ):
        await client.send(head + b"Content-Length: 1000\r\n\r\n")
        answered = asyncio.create_task(client.rest())
        while not answered.done():
            await client.send(b" ")
            await asyncio.sleep(0.05)
        answer = answered.result()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"request_timeout" in answer


async def test_a_handler_that_hangs_is_given_up(database: Database, redis_url: str) -> None:
    async with small_api(ENDPOINTS, database, redis_url, body_s=0.1, request_s=0.2) as person:
        answer = await person.get("/hang")
        assert (answer.status, answer.code) == (503, "unavailable")
        assert (await person.get(THING)).status == 200


async def test_who_loses_every_race_is_told_to_come_back(
    database: Database, redis_url: str
) -> None:
    async with small_api(ENDPOINTS, database, redis_url) as person:
        answer = await person.post("/lose")
    assert (answer.status, answer.code) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        (None, 428, "if_match_missing"),
        ("", 428, "if_match_missing"),
        ("*", 428, "if_match_missing"),
        ('W/"3"', 428, "if_match_missing"),
        ("\u00b2", 428, "if_match_missing"),
        ("\u0663", 428, "if_match_missing"),
        ("9" * 10, 428, "if_match_missing"),
        ("-1", 428, "if_match_missing"),
        ('"3"', 200, None),
        ("3", 200, None),
        ("0", 200, None),
    ],
)
async def test_a_change_names_the_version_it_was_made_for(
    database: Database, redis_url: str, given: str | None, status: int, code: str | None
) -> None:
    headers = {} if given is None else {"If-Match": given}
    async with small_api(ENDPOINTS, database, redis_url) as person:
        answer = await person.put(THING, {"title": "a"}, headers=headers)
    assert answer.status == status
    if code is None:
        assert answer.data["given"]["expected"] == int((given or "").strip('"'))
    else:
        assert answer.code == code


@pytest.mark.parametrize(
    ("known", "status"),
    [('"3"', 304), ('"1", W/"3"', 304), ('"2"', 200), ("3", 200), ('"33"', 200)],
)
async def test_what_the_client_has_already_is_not_sent_again(
    database: Database, redis_url: str, known: str, status: int
) -> None:
    async with small_api(ENDPOINTS, database, redis_url) as person:
        answer = await person.get(THING, headers={"If-None-Match": known})
    assert (answer.status, answer.headers["ETag"]) == (status, '"3"')
    assert (answer.body is None) == (status == 304)


async def test_head_answers_like_get_without_the_body(database: Database, redis_url: str) -> None:
    async with small_api(ENDPOINTS, database, redis_url) as person:
        shown = await person.get(THING)
        head = await person.ask("HEAD", THING)
    assert (head.status, head.body) == (200, None)
    for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
        assert head.headers[name] == shown.headers[name]
    assert shown.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", THING, {"GET", "HEAD", "PUT"}),
        ("GET", "/things", {"POST"}),
        ("HEAD", "/things", {"POST"}),
    ],
)
async def test_another_method_is_told_which_there_are(
    database: Database, redis_url: str, method: str, path: str, allowed: set[str]
) -> None:
    async with small_api(ENDPOINTS, database, redis_url) as person:
        answer = await person.ask(method, path)
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(",")) == allowed
    assert method == "HEAD" or answer.code == "method_not_allowed"


@pytest.mark.parametrize(
    ("actor", "path", "status", "code"),
    [
        (Actor(), "/things", 401, "unauthenticated"),
        (Actor(role=Role.CUSTOMER, user_id=uuid4()), "/things", 403, "forbidden"),  # type: ignore[arg-type]
        (Actor(role=Role.SUPER_ADMIN, user_id=uuid4()), "/things", 201, None),  # type: ignore[arg-type]
        (Actor(), "/public", 200, None),
    ],
)
async def test_who_may_not_is_told_before_the_body_is_read(
    database: Database, redis_url: str, actor: Actor, path: str, status: int, code: str | None
) -> None:
    async with small_api(ENDPOINTS, database, redis_url, guard=always(actor)) as person:
        good = await person.post(path, {"title": "a"})
        bad = await person.post(path, raw=b"not json")
    assert good.status == status
    assert bad.status == (422 if code is None else status)
    if code is not None:
        assert good.code == bad.code == code
    assert ("WWW-Authenticate" in good.headers) == (status == 401)


async def test_a_caller_over_the_limit_is_told_when_to_come_back(
    database: Database, redis_url: str
) -> None:
    limits = {**PLENTY, RateClass.READ: Limit(per_minute=1, burst=2)}
    somebody = always(Actor(role=Role.SUPER_ADMIN, user_id=uuid4()))  # type: ignore[arg-type]
    async with small_api(ENDPOINTS, database, redis_url, guard=somebody, limits=limits) as person:
        answers = [await person.get(THING) for _ in range(3)]
        other_class = await person.post("/things", {"title": "a"})
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].code == "rate_limited"
    assert int(answers[2].headers["Retry-After"]) > 50
    for answer, left in zip(answers, (1, 0, 0), strict=True):
        assert answer.headers["RateLimit-Policy"] == '"read";q=1;w=60'
        assert answer.headers["RateLimit"].startswith(f'"read";r={left};t=')
    assert other_class.status == 201


async def test_public_calls_count_by_address_signed_in_or_not(
    database: Database, redis_url: str
) -> None:
    limits = {**PLENTY, RateClass.PUBLIC: Limit(per_minute=1, burst=2)}
    address = uuid4().hex  # nobody else's bucket
    statuses = []
    for who in (None, uuid4(), uuid4()):
        role = None if who is None else Role.SUPER_ADMIN
        actor = Actor(role=role, user_id=who, address=address)  # type: ignore[arg-type]
        async with small_api(
            ENDPOINTS, database, redis_url, guard=always(actor), limits=limits
        ) as person:
            answer = await person.post("/public", {"title": "a"})
        statuses.append(answer.status)
    assert statuses == [200, 200, 429]
    assert answer.headers["RateLimit-Policy"] == '"public";q=1;w=60'


async def test_exports_count_by_user_wherever_the_user_is(
    database: Database, redis_url: str
) -> None:
    limits = {**PLENTY, RateClass.EXPORT: Limit(per_minute=1, burst=1)}
    one, other, home, office = uuid4(), uuid4(), uuid4().hex, uuid4().hex
    statuses = []
    for who, address in ((one, office), (other, office), (one, home)):
        actor = Actor(role=Role.CUSTOMER, user_id=who, address=address)  # type: ignore[arg-type]
        async with small_api(
            ENDPOINTS, database, redis_url, guard=always(actor), limits=limits
        ) as person:
            statuses.append((await person.post("/export", {"title": "a"})).status)
    assert statuses == [200, 200, 429]


async def test_without_redis_requests_are_served(database: Database) -> None:
    nowhere = f"unix://{ROOT}/nobody-listens-here.sock"
    async with small_api(ENDPOINTS, database, nowhere) as person:
        answer = await person.get(THING)
    assert answer.status == 200
    assert "RateLimit" not in answer.headers


def port_of(person: Person) -> int:
    """Return the port of the API that `person` talks to."""
    return int(person.base.rpartition(":")[2])
