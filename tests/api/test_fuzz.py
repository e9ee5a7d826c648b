"""Requests made of our own document, whole and broken: none makes an error of ours."""

import asyncio

from benchmarks.fuzz import AREAS, Target, hunt, keys, things
from tests.support.cast import Cast


async def test_no_request_makes_an_error_of_ours(cast: Cast) -> None:
    """A small sample; `python -m benchmarks.fuzz` sends twenty thousand."""
    customer = await cast.customer()
    token = cast.admin.token
    assert token is not None
    ids = await asyncio.to_thread(things, cast.admin.base, token)
    programs = await asyncio.to_thread(keys, cast.admin.base, token)
    target = Target(cast.admin.base, (token, customer.token, None, *programs), ids)
    found = await asyncio.to_thread(hunt, target, 300, 7, AREAS)
    assert found.cases > 200
    assert found.errors == []
