"""One person's dealings with the API, against a small server that misbehaves on purpose."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from benchmarks.city.api_client import Api, Person
from benchmarks.city.errors import CityError
from benchmarks.city.tally import Tally


class Installation:
    """Answers what it is told to, in sequence, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[web.Response] = []
        self.keys: list[str | None] = []
        self.tokens: list[str | None] = []
        self.renewals = 0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/v1/auth/refresh", self._refresh)
        app.router.add_route("*", "/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers.get("Idempotency-Key"))
        self.tokens.append(request.headers.get("Authorization"))
        return self.answers.pop(0)

    async def _refresh(self, request: web.Request) -> web.Response:
        assert "Authorization" not in request.headers
        self.renewals += 1
        return good(tokens(f"access{self.renewals}"))


def good(data: object) -> web.Response:
    return web.json_response({"success": True, "data": data, "message": None})


def bad(status: int, code: str, **headers: str) -> web.Response:
    content = {"success": False, "message": f"no: {code}", "code": code, "errors": []}
    return web.json_response(content, status=status, headers=headers)


def tokens(access: str, expires_in_s: int = 900) -> dict[str, object]:
    return {"accessToken": access, "refreshToken": f"for {access}", "expiresInS": expires_in_s}


@pytest.fixture
async def far() -> AsyncIterator[tuple[Installation, Person, Tally]]:
    installation, tally = Installation(), Tally()
    async with TestServer(installation.app()) as server, aiohttp.ClientSession() as session:
        person = Person(Api(str(server.make_url("")).rstrip("/"), session, tally))
        person.keep(tokens("access0"))
        yield installation, person, tally


Far = tuple[Installation, Person, Tally]


async def test_a_success_has_data_and_no_code(far: Far) -> None:
    installation, person, _ = far
    installation.answers = [good({"n": 1})]
    answer = await person.call("GET", "/api/v1/things")
    assert (answer.ok, answer.data, answer.code) == (True, {"n": 1}, "")


async def test_an_error_is_a_value_and_is_counted_by_its_code(far: Far) -> None:
    installation, person, tally = far
    installation.answers = [bad(409, "not_ready")]
    answer = await person.call("PUT", "/api/v1/things", {})
    assert (answer.ok, answer.status, answer.code) == (False, 409, "not_ready")
    assert tally.errors == {"not_ready": 1}


async def test_an_expected_error_is_not_counted(far: Far) -> None:
    installation, person, tally = far
    installation.answers = [bad(409, "not_ready")]
    await person.call("PUT", "/api/v1/things", {}, expected=frozenset({"not_ready"}))
    assert not tally.errors


async def test_a_retried_post_keeps_its_key_and_another_post_has_another(far: Far) -> None:
    installation, person, _ = far
    installation.answers = [
        bad(503, "unavailable"),
        bad(409, "idempotency_in_flight"),
        good({}),
        good({}),
    ]
    assert (await person.call("POST", "/api/v1/orders", {})).ok
    assert (await person.call("POST", "/api/v1/orders", {})).ok
    first, second, third, other = installation.keys
    assert first == second == third
    assert None not in {first, other}
    assert other != first


async def test_a_limit_is_waited_for_as_long_as_the_server_says(far: Far) -> None:
    installation, person, _ = far
    installation.answers = [bad(429, "rate_limited", **{"Retry-After": "1"}), good({"n": 2})]
    assert (await person.call("GET", "/api/v1/things")).data == {"n": 2}


async def test_patience_ends(far: Far) -> None:
    installation, person, _ = far
    installation.answers = [bad(503, "unavailable")]
    answer = await person.call("GET", "/api/v1/things", patience_s=0.0)
    assert answer.code == "unavailable"


async def test_a_refused_token_is_renewed_once_and_the_call_made_again(far: Far) -> None:
    installation, person, _ = far
    installation.answers = [bad(401, "unauthenticated"), good({})]
    assert (await person.call("GET", "/api/v1/things")).ok
    assert installation.renewals == 1
    assert installation.tokens == ["Bearer access0", "Bearer access1"]
    assert person.refresh_token == "for access1"


async def test_a_token_is_renewed_before_it_ends(far: Far) -> None:
    installation, person, _ = far
    person.keep(tokens("short", expires_in_s=1))
    installation.answers = [good({})]
    await person.call("GET", "/api/v1/things")
    assert installation.tokens == ["Bearer access1"]


async def test_a_list_is_read_to_its_last_page(far: Far) -> None:
    installation, person, _ = far
    installation.answers = [
        good({"items": [1, 2], "totalPages": 2}),
        good({"items": [3], "totalPages": 2}),
    ]
    assert [item async for item in person.pages("/api/v1/things", {})] == [1, 2, 3]


async def test_a_server_that_is_gone_is_an_answer_too() -> None:
    tally = Tally()
    async with aiohttp.ClientSession() as session:
        person = Person(Api(f"http://127.0.0.1:{unused_port()}", session, tally))
        answer = await person.call("GET", "/api/v1/things", patience_s=0.0)
    assert (answer.status, answer.code) == (0, "unreachable")
    assert tally.errors == {"unreachable": 1}


async def test_an_installation_that_is_not_there_is_one_sentence() -> None:
    async with aiohttp.ClientSession() as session:
        api = Api(f"http://127.0.0.1:{unused_port()}", session, Tally())
        with pytest.raises(CityError, match=r"Nothing that looks like Hermod answers at http://"):
            await api.config()
