"""Idempotency keys: however often and however parallel a request is sent, it happens once."""

import asyncio
import random
from uuid import uuid4

import pytest

from api.deliveries.events import RouteChanged
from api.kit.actor import SIGNED_IN, Actor, Role
from api.kit.db import Database
from api.kit.endpoint import Endpoint, Idempotency, Owner
from api.kit.errors import Conflict
from api.kit.ids import CourierId, UserId, new_id
from api.kit.schema import Draft, Nothing, View
from api.kit.work import Work
from tests.support.people import Answer, Person
from tests.support.small_api import always, small_api

PATH = "/things"


class Thing(Draft):
    """What is made."""

    title: str
    fails: bool = False


class Made(View):
    """What was made."""

    id: str
    title: str


async def make(  # noqa: RUF029  # handlers are awaited
    work: Work, _path: Nothing, _query: Nothing, thing: Thing
) -> Made:
    """Make a thing, with one event as its effect."""
    made = CourierId(new_id())
    work.emit(RouteChanged(made))
    if thing.fails:
        raise Conflict
    return Made(id=str(made), title=thing.title)


def endpoint(rule: Idempotency = Idempotency.REQUIRED, path: str = PATH) -> Endpoint:  # type: ignore[type-arg]
    """Return an endpoint that makes things."""
    return Endpoint("POST", path, make, SIGNED_IN, Owner.SELF, status=201, idempotency=rule)


async def effects(database: Database) -> int:
    """Return how often a thing was made."""
    async with database.connection() as db:
        return int(await db.fetchval("SELECT count(*) FROM outbox"))


async def until_answered(person: Person, key: str) -> Answer:
    """Send a request as a client on a bad line does: again and again, until it is answered."""
    async with asyncio.timeout(120):
        while True:
            answer = await person.post(PATH, {"title": key}, key=key)
            if answer.status not in {409, 503}:
                return answer
            assert answer.headers["Retry-After"] == "1"
            await asyncio.sleep(random.uniform(0, 0.05))


async def test_30_keys_sent_20_times_at_once_make_30_things(
    database: Database, redis_url: str
) -> None:
    keys = [uuid4().hex for _ in range(30)]
    sent = keys * 20
    random.Random(3).shuffle(sent)
    async with small_api([endpoint()], database, redis_url) as person:
        answers = await asyncio.gather(*(until_answered(person, key) for key in sent))
    assert await effects(database) == 30
    bodies = {key: set() for key in keys}
    first_hand = 0
    for key, answer in zip(sent, answers, strict=True):
        assert answer.status == 201
        bodies[key].add(answer.data["id"])
        first_hand += "Idempotency-Replayed" not in answer.headers
    assert {len(ids) for ids in bodies.values()} == {1}
    assert first_hand == 30


async def test_another_body_under_the_same_key_is_refused(
    database: Database, redis_url: str
) -> None:
    async with small_api([endpoint()], database, redis_url) as person:
        await person.post(PATH, {"title": "a"}, key="k")
        other = await person.post(PATH, {"title": "b"}, key="k")
    assert (other.status, other.code) == (422, "idempotency_mismatch")
    assert await effects(database) == 1


async def test_a_twin_that_is_still_running_is_told_so_at_once(
    database: Database, redis_url: str
) -> None:
    running, may_end = asyncio.Event(), asyncio.Event()

    async def slow(work: Work, _path: Nothing, _query: Nothing, thing: Thing) -> Made:
        """Make a thing when told to."""
        running.set()
        await may_end.wait()
        return await make(work, _path, _query, thing)

    row = Endpoint("POST", PATH, slow, SIGNED_IN, Owner.SELF, idempotency=Idempotency.REQUIRED)
    async with small_api([row], database, redis_url) as person:
        first = asyncio.create_task(person.post(PATH, {"title": "a"}, key="k"))
        await running.wait()
        twin = await person.post(PATH, {"title": "a"}, key="k")
        assert (twin.status, twin.code) == (409, "idempotency_in_flight")
        assert twin.headers["Retry-After"] == "1"
        may_end.set()
        again = await person.post(PATH, {"title": "a"}, key="k")
        assert (await first).data["title"] == "a"
        assert again.status in {200, 409}
    assert await effects(database) == 1


async def test_a_failed_request_leaves_its_key_free(database: Database, redis_url: str) -> None:
    async with small_api([endpoint()], database, redis_url) as person:
        failed = await person.post(PATH, {"title": "a", "fails": True}, key="k")
        malformed = await person.post(PATH, {"titel": "a"}, key="k")
        made = await person.post(PATH, {"title": "a"}, key="k")
    assert (failed.status, malformed.status, made.status) == (409, 422, 201)
    assert "Idempotency-Replayed" not in made.headers
    assert await effects(database) == 1


async def test_a_key_belongs_to_one_caller_and_one_path(database: Database, redis_url: str) -> None:
    rows = [endpoint(), endpoint(path="/others")]
    somebody_else = always(Actor(role=Role.CUSTOMER, user_id=UserId(new_id())))
    async with (
        small_api(rows, database, redis_url) as me,
        small_api(rows, database, redis_url, guard=somebody_else) as you,
    ):
        for person, path in ((me, PATH), (me, "/others"), (you, PATH)):
            answer = await person.post(path, {"title": "a"}, key="k")
            assert "Idempotency-Replayed" not in answer.headers
    assert await effects(database) == 3


@pytest.mark.parametrize(
    ("rule", "key", "status", "code"),
    [
        (Idempotency.REQUIRED, None, 400, "idempotency_key_missing"),
        (Idempotency.REQUIRED, "", 400, "bad_request"),
        (Idempotency.REQUIRED, "x" * 256, 400, "bad_request"),
        (Idempotency.REQUIRED, "caf\u00e9", 400, "bad_request"),
        (Idempotency.HONOURED, "", 400, "bad_request"),
    ],
)
async def test_a_missing_or_unusable_key_is_refused(
    database: Database, redis_url: str, rule: Idempotency, key: str | None, status: int, code: str
) -> None:
    async with small_api([endpoint(rule)], database, redis_url) as person:
        answer = await person.post(PATH, {"title": "a"}, key=key)
    assert (answer.status, answer.code) == (status, code)
    assert await effects(database) == 0


@pytest.mark.parametrize(("rule", "made"), [(Idempotency.UNUSED, 2), (Idempotency.HONOURED, 1)])
async def test_a_key_is_used_where_the_endpoint_says_so(
    database: Database, redis_url: str, rule: Idempotency, made: int
) -> None:
    async with small_api([endpoint(rule)], database, redis_url) as person:
        for _ in range(2):
            assert (await person.post(PATH, {"title": "a"}, key="k" * 255)).status == 201
    assert await effects(database) == made
