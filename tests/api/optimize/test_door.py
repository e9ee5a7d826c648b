"""The door of route optimisation: who may, VROOM's codes, no envelope."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from pydantic import SecretStr

from api.app import create_app
from api.kit.db import Database
from api.optimize.door import PATH
from api.settings import Settings
from benchmarks.optimize.bodies import Town, mixture
from benchmarks.optimize.judge import judge
from tests.support.small_api import guarded_program

Json = dict[str, Any]
BODY = mixture(Town(1))


@asynccontextmanager
async def opened(settings: Settings, database: Database, **changes: Any) -> AsyncIterator[Any]:
    """Serve the whole API; yield a function that sends a body and returns status and answer."""
    app = create_app(settings.model_copy(update=changes), database)
    async with guarded_program(app) as port, aiohttp.ClientSession() as session:

        async def send(body: Any, **headers: str) -> tuple[int, Json]:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            url = f"http://127.0.0.1:{port}{PATH}"
            async with session.post(url, data=raw, headers=headers) as response:
                found: Json = await response.json()
                return response.status, found

        yield send


async def test_a_caller_on_this_machine_gets_an_answer_where_the_setting_says_so(
    settings: Settings, database: Database
) -> None:
    async with opened(settings, database, optimize_local=True) as send:
        status, answer = await send(BODY)
        assert (status, judge(BODY, answer)) == (200, [])
        again = (await send(BODY))[1]
        for one in (answer, again):
            one["summary"].pop("computing_times")
        assert again == answer
        status, refusal = await send({**BODY, "jobz": []})
        assert (status, refusal["code"]) == (400, 2)
        assert "did you mean 'jobs'?" in refusal["error"]
        status, refusal = await send(b"not json")
        assert (status, refusal["code"]) == (400, 2)


async def test_nobody_is_let_in_without_a_key_by_default(
    settings: Settings, database: Database
) -> None:
    async with opened(settings, database) as send:
        status, answer = await send(BODY, Authorization="Bearer ")
        assert (status, answer["code"]) == (401, 2)


async def test_the_key_opens_and_another_does_not(settings: Settings, database: Database) -> None:
    changes = {"optimize_key": SecretStr("a service key"), "optimize_tasks": 5}
    async with opened(settings, database, **changes) as send:
        assert (await send(BODY, Authorization="Bearer another key"))[0] == 401
        status, answer = await send(BODY, Authorization="Bearer a service key")
        assert (status, answer["code"]) == (413, 4)
        assert answer["error"] == "Too many locations (24) in query, maximum is set to 5"
