"""The rounds: what a tick writes and says, what the news change, what a loss of Redis does."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.kit.redis import open_redis
from tests.support.phone import Client
from tests.tracking.gateways import (
    BY_HAND,
    EPOCH,
    NOW_MS,
    Hall,
    courier_grant,
    hall,
    hello,
    link_grant,
    plan_of,
    position_of,
    reading,
    staff_grant,
)
from tracking import keys, news, plans, positions, trail
from tracking.plans import Followed
from tracking.policy import TrackingPolicy
from tracking.positions import Positions
from tracking.rounds import Rounds
from tracking.trail import Mark

AWAY = "unix:///nowhere/redis.sock"


async def on_stream(redis: Redis) -> list[int]:
    """Return the numbers of all fixes on the trail stream."""
    entries = await redis.xrange(keys.TRAIL)
    return [record.fix.seq for _, fields in entries for record in trail.unpack(fields[b"f"])]


async def send(opened: Hall, phone: Client, *seqs: int) -> None:
    """Send fixes, wait until they are taken in, write them."""
    await phone.io.call("p", (EPOCH, [reading(seq) for seq in seqs]))
    await opened.rounds.tick()


async def test_a_tick_writes_trail_marks_and_positions_in_one_go(gateway_hall: Hall) -> None:
    """The newest position of each, every fix of all."""
    anna, bruno = uuid4(), uuid4()
    await gateway_hall.on_shift(plan_of(anna), plan_of(bruno))
    async with (
        gateway_hall.connected(courier_grant(anna)) as one,
        gateway_hall.connected(courier_grant(bruno)) as two,
    ):
        for phone in (one, two):
            await phone.io.call("hello", hello())
        await one.io.call("p", (EPOCH, [reading(1), reading(2)]))
        await two.io.call("p", (EPOCH, [reading(1)]))
        await gateway_hall.rounds.tick()
    assert await gateway_hall.redis.xlen(keys.TRAIL) == 1
    assert await on_stream(gateway_hall.redis) == [1, 2, 1]
    found = await Positions(gateway_hall.redis, 30).of([anna, bruno])
    assert {courier: position.seq for courier, position in found.items()} == {anna: 2, bruno: 1}
    marks = await trail.marks(gateway_hall.redis, keys.ACCEPTED, [anna, bruno])
    assert list(marks.values()) == [Mark(EPOCH, 2), Mark(EPOCH, 1)]


async def test_acknowledgements_come_every_two_seconds_or_64_fixes(redis: Redis) -> None:
    """Not with every tick."""
    policy = TrackingPolicy(tick_ms=BY_HAND.tick_ms, durable_poll_s=3600, ack_every_s=3600)
    courier_id = uuid4()
    async with hall(redis, policy) as opened:
        await opened.on_shift(plan_of(courier_id))
        async with opened.connected(courier_grant(courier_id)) as phone:
            await phone.io.call("hello", hello())
            opened.gateway.visitors.phones()[0].acknowledged_at = 1e12
            await send(opened, phone, *range(1, 64))
            await opened.rest()
            assert phone.all("a") == []
            await send(opened, phone, 64)
            assert (await phone.wait("a"))[1] == 64


async def test_fixes_wait_in_memory_while_redis_is_away_and_none_is_written_twice(
    gateway_hall: Hall,
) -> None:
    """The phone is not told that they are accepted before they are."""
    courier_id, gateway = uuid4(), gateway_hall.gateway
    await gateway_hall.on_shift(plan_of(courier_id))
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        await phone.io.call("hello", hello())
        real, gateway.redis = gateway.redis, open_redis(AWAY, timeout_s=0.5)
        for seq in (1, 2):
            with pytest.raises(RedisError):
                await send(gateway_hall, phone, seq)
        assert phone.all("a") == []
        gateway.redis = real
        await send(gateway_hall, phone, 3)
        assert (await phone.wait("a"))[1] == 3
    assert await on_stream(gateway_hall.redis) == [1, 2, 3]


async def test_a_full_stream_is_no_reason_to_stop_showing_where_couriers_are(
    redis: Redis,
) -> None:
    """The writer is away: phones keep their fixes, maps and dispatch go on."""
    policy = TrackingPolicy(tick_ms=BY_HAND.tick_ms, trail_stream_entries=1)
    courier_id = uuid4()
    async with hall(redis, policy) as opened:
        await opened.on_shift(plan_of(courier_id))
        async with opened.connected(courier_grant(courier_id)) as phone:
            await phone.io.call("hello", hello())
            await send(opened, phone, 1)
            await phone.wait("a")
            with pytest.raises(RedisError, match="full"):
                await send(opened, phone, 2)
            assert (await Positions(redis, 30).of([courier_id]))[courier_id].seq == 2
            assert await on_stream(redis) == [1]
            await redis.xtrim(keys.TRAIL, maxlen=0)
            await opened.rounds.tick()
            assert await on_stream(redis) == [2]


async def test_fixes_that_redis_lost_are_sent_again_before_any_later_one(
    gateway_hall: Hall,
) -> None:
    """Wiped between acceptance and commit: the phone says hello and begins where it must."""
    anna, bruno = uuid4(), uuid4()
    await gateway_hall.on_shift(plan_of(anna), plan_of(bruno))
    redis = gateway_hall.redis
    async with (
        gateway_hall.connected(courier_grant(anna)) as phone,
        gateway_hall.connected(courier_grant(bruno)) as other,
    ):
        await phone.io.call("hello", hello())
        await other.io.call("hello", hello())
        await send(gateway_hall, phone, 1, 2)
        await redis.flushall()
        await phone.io.call("p", (EPOCH, [reading(3)]))
        await other.io.call("p", (EPOCH, [reading(1)]))
        await gateway_hall.rounds.tick()
        assert await phone.wait("bye") == ({"reason": "resend"},)
        await gateway_hall.rounds.tick()
        assert await on_stream(redis) == [1], "only the other's, of whom nothing was lost"
        assert not other.all("bye")
    async with gateway_hall.connected(courier_grant(anna)) as phone:
        assert (await phone.io.call("hello", hello(1, 3)))["accepted"] == 0
        await send(gateway_hall, phone, 1, 2, 3)
        assert (await phone.wait("a"))[1] == 3
    assert await on_stream(redis) == [1, 1, 2, 3]
    found = await Positions(redis, 30).of([anna, bruno])
    assert found.keys() == {anna, bruno}, "what the gateway knows is back as well"


async def test_fixes_that_came_while_the_loss_was_found_do_not_pass_for_the_lost_ones(
    gateway_hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are sent again, too: else the mark would jump over those that Redis has lost."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id))
    rounds, redis = gateway_hall.rounds, gateway_hall.redis
    save = rounds._save
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        await phone.io.call("hello", hello())
        await send(gateway_hall, phone, 1, 2)
        await redis.flushall()
        await phone.io.call("p", (EPOCH, [reading(3)]))

        async def slow_save(*arguments: Any) -> Any:
            lost = await save(*arguments)
            await phone.io.call("p", (EPOCH, [reading(4)]))
            return lost

        with monkeypatch.context() as patch:
            patch.setattr(rounds, "_save", slow_save)
            await rounds.tick()
        assert await phone.wait("bye") == ({"reason": "resend"},)
        await rounds.tick()
    assert await on_stream(redis) == []
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        assert (await phone.io.call("hello", hello(1, 4)))["accepted"] == 0
        await send(gateway_hall, phone, 1, 2, 3, 4)
    assert await on_stream(redis) == [1, 2, 3, 4]
    assert not gateway_hall.waiting()


async def test_what_was_not_written_before_hello_is_left_to_the_phone(
    gateway_hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis was wiped meanwhile: the phone begins earlier than what this process still holds."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id))
    rounds, redis = gateway_hall.rounds, gateway_hall.redis
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        await phone.io.call("hello", hello())
        await send(gateway_hall, phone, 1, 2)
        await phone.io.call("p", (EPOCH, [reading(3)]))

        async def failing_save(*_arguments: Any) -> Any:
            await redis.flushall()
            await phone.io.call("hello", hello(1, 4))
            await phone.io.call("p", (EPOCH, [reading(1)]))
            raise RedisError("gone")

        with monkeypatch.context() as patch:
            patch.setattr(rounds, "_save", failing_save)
            with pytest.raises(RedisError):
                await rounds.tick()
        await rounds.tick()
        assert await on_stream(redis) == [1]
        await phone.io.call("p", (EPOCH, [reading(2)]))
        await phone.io.call("hello", hello(1, 4))
        await rounds.tick()
        assert await on_stream(redis) == [1]


async def test_a_wipe_during_reconnecting_loses_nothing_either(gateway_hall: Hall) -> None:
    """The phone that left before the wipe finds no mark and sends all it keeps."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id))
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        await phone.io.call("hello", hello())
        await phone.io.call("p", (EPOCH, [reading(1), reading(2)]))
    await gateway_hall.rounds.tick()
    await gateway_hall.redis.flushall()
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        assert (await phone.io.call("hello", hello(1, 2)))["accepted"] == 0
        await send(gateway_hall, phone, 1, 2)
    assert await on_stream(gateway_hall.redis) == [1, 2]


async def test_a_tick_that_comes_after_the_shift_leaves_no_place_behind(
    gateway_hall: Hall,
) -> None:
    """The last tick may write after the job worker has wiped, and before the news are read."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id))
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        await phone.io.call("hello", hello())
        await phone.io.call("p", (EPOCH, [reading(1)]))
        await plans.publish(gateway_hall.redis, [], [courier_id])
        await gateway_hall.rounds.tick()
        await gateway_hall.hear_news()
        await phone.io.call("p", (EPOCH, [reading(2)]))
        await gateway_hall.rounds.tick()
    assert await gateway_hall.redis.exists(keys.LAST, keys.GEO, keys.HEARD) == 0
    assert gateway_hall.counts.results["off_shift"] == 1


async def test_a_phone_whose_fixes_are_refused_was_heard(gateway_hall: Hall) -> None:
    """It is not silent, only not believed."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id))
    async with gateway_hall.connected(courier_grant(courier_id)) as phone:
        await phone.io.call("hello", hello())
        await phone.io.call("p", (EPOCH, [[*reading(1)[:-1], 900.0]]))
        await gateway_hall.rounds.tick()
    assert gateway_hall.counts.results["inaccurate"] == 1
    live = Positions(gateway_hall.redis, 30)
    assert await live.of([courier_id]) == {}
    assert list(await live.heard_ms([courier_id])) == [courier_id]


async def test_a_new_program_learns_who_is_on_shift_and_where(gateway_hall: Hall) -> None:
    """From Redis alone, before it lets anybody in; maps show them at once."""
    anna, bruno = uuid4(), uuid4()
    redis = gateway_hall.redis
    await plans.publish(redis, [plan_of(anna), plan_of(bruno)], [], complete=True)
    async with redis.pipeline() as pipeline:
        positions.save(pipeline, [position_of(anna)])
        await pipeline.execute()
    async with hall(redis) as opened, opened.connected(staff_grant()) as dispatcher:
        assert opened.gateway.is_informed
        assert opened.gateway.fleet.couriers.keys() == {anna, bruno}
        view = {"bbox": [41.14, -8.62, 41.16, -8.60]}
        answer = await dispatcher.io.call("view", view)
        await dispatcher.wait("snap", answer["cells"])
        names = [name for snap in dispatcher.all("snap") for name in snap[3]]
        assert [name[1] for name in names] == [str(anna)]


async def test_news_told_while_a_program_starts_are_not_missed(redis: Redis) -> None:
    """The position in the stream is taken before the plans are read."""
    await plans.publish(redis, [plan_of(uuid4())], [])
    async with hall(redis) as opened:
        starting = Rounds(opened.gateway)
        await starting._learn()
        late = plan_of(uuid4())
        await plans.publish(redis, [late], [])
        await starting._news()
        assert late.courier_id in opened.gateway.fleet.couriers


async def test_one_item_that_cannot_be_read_does_not_hold_up_the_news(
    gateway_hall: Hall,
) -> None:
    """It is skipped; what follows is told."""
    await news.add(gateway_hall.redis, "!plan", b'{"courier_id":"nobody"}')
    async with gateway_hall.connected(staff_grant()) as dispatcher:
        await news.add(gateway_hall.redis, "order:new", b'{"orderId":"1"}', ["platform"])
        with pytest.raises(ValueError, match="UUID"):
            await gateway_hall.hear_news()
        await gateway_hall.hear_news()
        assert await dispatcher.wait("order:new") == ({"orderId": "1"},)


async def test_followers_are_forgotten_with_their_orders(gateway_hall: Hall) -> None:
    """Housekeeping keeps what is being carried."""
    kept, gone, courier_id = uuid4(), uuid4(), uuid4()
    followers = gateway_hall.gateway.followers
    await gateway_hall.on_shift(plan_of(courier_id, Followed(kept, True), Followed(gone, True)))
    courier = gateway_hall.gateway.fleet.couriers[courier_id]
    gateway_hall.gateway.fleet.move(courier, position_of(courier_id))
    followers.tell(courier, 0.0)
    await gateway_hall.on_shift(plan_of(courier_id, Followed(kept, True)))
    await gateway_hall.rounds._housekeeping()
    assert set(followers._sent_at) == {kept}


async def test_a_follower_sees_the_courier_without_waiting_for_a_tick(
    gateway_hall: Hall,
) -> None:
    """The customer's lane: as soon as the fix is accepted, and the held back one with a tick."""
    order, courier_id = uuid4(), uuid4()
    await gateway_hall.on_shift(plan_of(courier_id, Followed(order, exact=True)))
    gap_s = gateway_hall.gateway.policy.customer_gap_s
    async with (
        gateway_hall.connected(courier_grant(courier_id)) as phone,
        gateway_hall.connected(link_grant(order)) as follower,
    ):
        await phone.io.call("hello", hello())
        await phone.io.call("p", (EPOCH, [reading(1)]))
        (first,) = await follower.wait("delivery:location")
        assert first["atMs"] == reading(1)[1]
        gateway_hall.gateway.followers._sent_at[order] += 3600
        await phone.io.call("p", (EPOCH, [reading(2)]))
        gateway_hall.gateway.followers._sent_at[order] -= 3600 + gap_s
        await gateway_hall.rounds.tick()
        (second,) = await follower.wait("delivery:location", 2)
        assert second["atMs"] == reading(2)[1]


async def test_plans_are_believed_as_long_as_the_job_worker_vouches_for_them(
    gateway_hall: Hall,
) -> None:
    """It vouches for a moment only, so that its death closes the customers' lane."""
    followers = gateway_hall.gateway.followers
    await gateway_hall.on_shift()
    assert followers.are_vouched
    await plans.vouch(gateway_hall.redis, for_s=0.05)
    async with asyncio.timeout(10):
        while followers.are_vouched:
            await gateway_hall.rounds._ask_who_vouches()
            await asyncio.sleep(0.02)


async def test_silence_makes_a_courier_stale_on_the_map(gateway_hall: Hall) -> None:
    """Within the tick after the limit; the map is told."""
    courier_id: UUID = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id))
    fleet = gateway_hall.gateway.fleet
    async with gateway_hall.connected(staff_grant()) as dispatcher:
        answer = await dispatcher.io.call("view", {"bbox": [41.14, -8.62, 41.16, -8.60]})
        await dispatcher.wait("snap", answer["cells"])
        fleet.move(fleet.couriers[courier_id], position_of(courier_id, received_ms=NOW_MS // 2))
        await gateway_hall.rounds.tick()
        await dispatcher.wait("t")
        assert fleet.couriers[courier_id].stale
