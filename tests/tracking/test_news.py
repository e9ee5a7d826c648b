"""The news stream: read by position, so that a pause is not a gap."""

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from tracking import keys, news


async def tell(redis: Redis, *names: str) -> None:
    """Append events."""
    for name in names:
        await news.add(redis, name, b"{}", ["a"])


async def test_a_reader_continues_where_it_stopped(redis: Redis) -> None:
    """Whatever was told meanwhile, by however many writers."""
    await tell(redis, "old")
    after = await news.latest_id(redis)
    await tell(redis, "one", "two")
    items = await news.read(redis, after, 1)
    assert [item.name for item in items] == ["one", "two"]
    await tell(redis, "three")
    assert [item.name for item in await news.read(redis, items[0].id, 1)] == ["two", "three"]
    assert await news.read(redis, await news.latest_id(redis), 1) == []


async def test_an_empty_stream_is_read_from_its_beginning(redis: Redis) -> None:
    """A new or wiped Redis: nothing is missed."""
    after = await news.latest_id(redis)
    await tell(redis, "first")
    assert [item.name for item in await news.read(redis, after, 1)] == ["first"]


async def test_a_reader_goes_on_after_a_wipe_even_when_the_clock_was_set_back(
    redis: Redis,
) -> None:
    """Positions are times: a new stream may begin before the place where the old one was read."""
    after = "9999999999999-5"
    await redis.xadd(keys.NEWS, {"n": "lost", "b": "{}", "r": ""}, id=after)
    assert await news.go_on(redis, after) == after
    assert await news.go_on(redis, "9999999999999-4") == "9999999999999-4"
    await redis.flushall()
    await tell(redis, "new")
    assert await news.read(redis, after, 1) == []
    after = await news.go_on(redis, after)
    assert [item.name for item in await news.read(redis, after, 1)] == ["new"]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    body=st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers(-9, 9)),
    rooms=st.lists(st.from_regex(r"[a-z]{1,8}:[0-9a-f]{1,8}", fullmatch=True), max_size=4),
)
async def test_an_item_comes_back_as_it_was_told(
    redis: Redis, body: dict[str, str | int], rooms: list[str]
) -> None:
    """Name, body and rooms; none for a control message."""
    after = await news.latest_id(redis)
    await news.add(redis, "order:new", orjson.dumps(body), rooms)
    (item,) = await news.read(redis, after, 1)
    assert (item.name, item.body, item.rooms) == ("order:new", body, tuple(rooms))


async def test_the_stream_is_bounded(redis: Redis) -> None:
    """Nobody reads what is older than the newest twenty thousand."""
    async with redis.pipeline(transaction=False) as pipeline:
        for _ in range(21_000):
            news.add(pipeline, "x", b"{}")
        await pipeline.execute()
    assert 20_000 <= await redis.xlen(keys.NEWS) < 21_000
