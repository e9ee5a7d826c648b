"""A publisher's keys: asked for seldom, rotated, and good for a day while the publisher is away."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from api.integrations import key_set
from api.integrations.key_set import KeySet
from api.kit.errors import Unavailable
from tests.support.key_server import KeyServer

DAY_S = 86_400.0


@dataclass
class World:
    """A publisher, our view of its keys, and the time."""

    service: KeyServer
    keys: KeySet
    now: float = 1000.0

    async def has(self, name: str) -> bool:
        """Tell whether we would take a signature of this key."""
        found = await self.keys.key(name)
        theirs = self.service.keys.get(name)
        return found is not None and theirs is not None and found == theirs.public_key()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Return a publisher that nobody has asked yet."""
    service = KeyServer()
    service.add_key("one")
    server = TestServer(service.app())
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        world = World(service, KeySet(session, str(server.make_url("/keys")), lambda: world.now))
        yield world
    await server.close()


async def test_keys_are_asked_for_once_while_they_are_fresh(world: World) -> None:
    for _ in range(5):
        assert await world.has("one")
    world.now += 3599
    assert await world.has("one")
    assert world.service.asked == 1
    world.now += 2
    assert await world.has("one")
    assert world.service.asked == 2


async def test_a_new_key_is_found_and_a_withdrawn_one_is_let_go(world: World) -> None:
    assert await world.has("one")
    world.service.add_key("two")
    del world.service.keys["one"]
    world.now += key_set.ASK_AGAIN_S
    assert await world.has("two")
    assert not await world.has("one")


async def test_invented_keys_make_us_ask_no_oftener(world: World) -> None:
    for number in range(50):
        assert not await world.has(f"invented-{number}")
    assert world.service.asked == 1
    world.now += key_set.ASK_AGAIN_S
    assert not await world.has("invented")
    assert world.service.asked == 2


@pytest.mark.parametrize("name", ["curve", "to encrypt", "weak", "empty"])
async def test_keys_of_another_kind_are_passed_by(world: World, name: str) -> None:
    world.service.add_key("weak", 1024)
    assert await world.keys.key(name) is None
    assert await world.has("one")


@pytest.mark.parametrize("failing", ["500", "huge", "html", "moved"])
async def test_the_keys_we_have_go_on_for_a_day(world: World, failing: str) -> None:
    assert await world.has("one")
    world.service.failing = failing
    world.now += 3600 + DAY_S - 1
    assert await world.has("one")
    world.now += 2 + key_set.PAUSE_S
    with pytest.raises(Unavailable, match="does not answer"):
        await world.keys.key("one")
    world.service.failing = ""
    world.now += key_set.PAUSE_S
    assert await world.has("one")


async def test_a_new_key_while_the_publisher_is_away_is_not_called_wrong(world: World) -> None:
    assert await world.has("one")
    world.service.failing = "500"
    world.now += key_set.ASK_AGAIN_S
    with pytest.raises(Unavailable):
        await world.keys.key("two")
    assert await world.has("one")


async def test_who_never_answered_is_unavailable_and_not_asked_all_the_time(world: World) -> None:
    world.service.failing = "500"
    for asked in (1, 2):
        answers = await asyncio.gather(
            *(world.keys.key("one") for _ in range(5)), return_exceptions=True
        )
        assert all(isinstance(answer, Unavailable) for answer in answers)
        assert world.service.asked == asked
        world.now += key_set.PAUSE_S


async def test_a_slow_provider_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_set, "DEADLINE_S", 0.1)
    world.service.failing = "slow"
    with pytest.raises(Unavailable):
        await world.keys.key("one")


@pytest.mark.parametrize(("said_s", "kept_s"), [(0, 300), (600, 600), (10**8, DAY_S)])
async def test_freshness_is_what_the_provider_says_within_bounds(
    world: World, said_s: int, kept_s: float
) -> None:
    world.service.max_age_s = said_s
    assert await world.has("one")
    world.now += kept_s - 1
    assert await world.has("one")
    assert world.service.asked == 1
    world.now += 2
    assert await world.has("one")
    assert world.service.asked == 2
