"""Tickets: good once, for a short time, worthless to whoever reads Redis."""

import asyncio
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from tests.tracking.gateways import courier_grant, link_grant, staff_grant
from tracking import tickets
from tracking.tickets import Grant


@pytest.mark.parametrize(
    "grant",
    [courier_grant(uuid4()), link_grant(uuid4(), 5), staff_grant("zone:x")],
    ids=["courier", "link", "staff"],
)
async def test_a_ticket_fetches_its_grant_once(redis: Redis, grant: Grant) -> None:
    """The second who comes with it finds nothing."""
    ticket = await tickets.issue(redis, grant, 30)
    assert await tickets.redeem(redis, ticket) == grant
    assert await tickets.redeem(redis, ticket) is None


async def test_of_many_who_redeem_a_ticket_at_once_one_gets_in(redis: Redis) -> None:
    """Reading and voiding are one step."""
    for _ in range(20):
        ticket = await tickets.issue(redis, link_grant(uuid4()), 30)
        found = await asyncio.gather(*(tickets.redeem(redis, ticket) for _ in range(20)))
        assert sum(grant is not None for grant in found) == 1


async def test_a_ticket_lives_no_longer_than_it_is_told_to(redis: Redis) -> None:
    """Redis forgets it by itself."""
    await tickets.issue(redis, link_grant(uuid4()), 30)
    (key,) = await redis.keys("*")
    assert 0 < await redis.ttl(key) <= 30


async def test_redis_holds_nothing_that_opens_a_socket(redis: Redis) -> None:
    """Only the hash of a ticket is there, in keys and in values."""
    ticket = await tickets.issue(redis, link_grant(uuid4()), 30)
    for key in await redis.keys("*"):
        assert ticket.encode() not in key
        assert ticket.encode() not in await redis.get(key)
        assert await tickets.redeem(redis, key.decode().removeprefix("ticket:")) is None


@pytest.mark.parametrize("forged", ["", "x", "x" * 19, "x" * 32, "x" * 101, "é" * 40, "\0" * 40])
async def test_what_is_no_ticket_fetches_nothing(redis: Redis, forged: str) -> None:
    """Empty, short, long, foreign, guessed."""
    await tickets.issue(redis, link_grant(uuid4()), 30)
    assert await tickets.redeem(redis, forged) is None


@pytest.mark.parametrize("grant", [courier_grant(uuid4()), link_grant(uuid4())])
async def test_what_a_grant_came_from_can_end(redis: Redis, grant: Grant) -> None:
    """The session it was issued in, or the tracking link; another one is not concerned."""
    other = courier_grant(uuid4())
    assert await tickets.renew(redis, grant, 30) is not None
    async with redis.pipeline() as pipeline:
        tickets.end(pipeline, grant.session_id or grant.subject)
        await pipeline.execute()
    assert await tickets.renew(redis, grant, 30) is None
    assert await tickets.renew(redis, other, 30) is not None
    (key,) = await redis.keys("ended:*")
    assert await redis.ttl(key) > 600 + 900, "longer than a reconnect ticket and an access token"
