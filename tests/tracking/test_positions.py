"""Last positions in Redis: what is saved comes back, where it is is found."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from geo.box import Box
from tracking import keys, positions
from tracking.positions import Position, Positions, pack, unpack

FINITE32 = st.floats(0, 1e6, width=32)
POSITIONS = st.builds(
    Position,
    courier_id=st.uuids(),
    epoch=st.integers(0, (1 << 32) - 1),
    seq=st.integers(1, (1 << 32) - 1),
    t_ms=st.integers(0, 1 << 48),
    received_ms=st.integers(0, 1 << 48),
    lat=st.floats(-90, 90),
    lng=st.floats(-180, 180),
    speed_mps=st.none() | FINITE32,
    heading_deg=st.none() | FINITE32,
    accuracy_m=st.none() | FINITE32,
)
CORNERS = st.tuples(
    st.floats(-90, 90), st.floats(-90, 90), st.floats(-180, 180), st.floats(-180, 180)
)


def at(lat: float, lng: float) -> Position:
    """Return somebody's position there."""
    return Position(uuid4(), 1, 1, 0, 0, lat, lng, None, None, None)


async def save(redis: Redis, *found: Position) -> None:
    """Save positions as a tick does."""
    async with redis.pipeline(transaction=True) as pipeline:
        positions.save(pipeline, found)
        await pipeline.execute()


async def brute_force(redis: Redis, box: Box, ids: Sequence[UUID]) -> set[UUID]:
    """Return who is in a box, the slow and obvious way."""
    return {
        one
        for one, p in (await Positions(redis, 30).of(ids)).items()
        if box.min_lat <= p.lat <= box.max_lat and box.min_lng <= p.lng <= box.max_lng
    }


@given(POSITIONS)
def test_a_packed_position_comes_back(position: Position) -> None:
    """Places to 1e-7 degrees, the rest exactly."""
    raw = pack(position)
    back = unpack(position.courier_id, raw)
    assert len(raw) == 44
    assert abs(back.lat - position.lat) <= 0.51e-7
    assert abs(back.lng - position.lng) <= 0.51e-7
    assert replace(back, lat=position.lat, lng=position.lng) == position


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(found=st.lists(POSITIONS, max_size=40), corners=CORNERS)
async def test_a_box_finds_exactly_who_is_in_it_anywhere_on_the_globe(
    redis: Redis, found: list[Position], corners: tuple[float, float, float, float]
) -> None:
    """The geo set narrows the search down, it never loses anybody; poles and date line included."""
    await redis.delete(keys.GEO, keys.LAST)
    await save(redis, *found)
    (south, north), (west, east) = sorted(corners[:2]), sorted(corners[2:])
    box = Box(south, west, north, east)
    inside = {position.courier_id for position in await Positions(redis, 30).in_box(box)}
    assert inside == await brute_force(redis, box, [p.courier_id for p in found])


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    offsets=st.lists(st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)), max_size=40),
    corner=st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02)),
    size=st.tuples(st.floats(0, 0.02), st.floats(0, 0.02)),
    city=st.sampled_from([
        (41.15, -8.61),
        (0.0, 0.0),
        (69.65, 18.95),
        (-33.9, 151.2),
        (64.1, -21.9),
    ]),
)
@example(offsets=[(0.0, 0.0)], corner=(0.0, 0.0), size=(1e-05, 0.0), city=(69.65, 18.95))
async def test_a_box_of_streets_finds_exactly_who_is_in_it(
    redis: Redis,
    offsets: list[tuple[float, float]],
    corner: tuple[float, float],
    size: tuple[float, float],
    city: tuple[float, float],
) -> None:
    """The size of box that maps ask for, in cities near and far from the equator."""
    await redis.delete(keys.GEO, keys.LAST)
    found = [at(city[0] + north, city[1] + east) for north, east in offsets]
    await save(redis, *found)
    south, west = city[0] + corner[0], city[1] + corner[1]
    box = Box(south, west, south + size[0], west + size[1])
    inside = {position.courier_id for position in await Positions(redis, 30).in_box(box)}
    assert inside == await brute_force(redis, box, [p.courier_id for p in found])


async def test_nobody_near_a_pole_keeps_others_from_being_saved(redis: Redis) -> None:
    """Redis' geo sets end at 85 degrees: one courier beyond must not fail everybody's tick."""
    explorer, porto = at(89.9, 10.0), at(41.15, -8.61)
    await save(redis, explorer, porto)
    found = await Positions(redis, 30).of([explorer.courier_id, porto.courier_id])
    assert {round(position.lat, 1) for position in found.values()} == {89.9, 41.1}


async def test_a_forgotten_courier_is_nowhere(redis: Redis) -> None:
    """Neither by id nor by place, and nobody knows when the phone was heard."""
    gone, stays = at(41.15, -8.61), at(41.16, -8.62)
    await save(redis, gone, stays)
    async with redis.pipeline() as pipeline:
        positions.save_heard(pipeline, {gone.courier_id: 5, stays.courier_id: 7})
        positions.forget(pipeline, [gone.courier_id])
        await pipeline.execute()
    live = Positions(redis, 30)
    assert list(await live.of([gone.courier_id, stays.courier_id])) == [stays.courier_id]
    assert [p.courier_id for p in await live.in_box(Box(41, -9, 42, -8))] == [stays.courier_id]
    heard_ms = await live.heard_ms([gone.courier_id, stays.courier_id])
    assert heard_ms == {stays.courier_id: 7}
    assert await redis.zcard(keys.GEO) == await redis.hlen(keys.LAST) == 1


def test_silence_is_counted_from_when_the_fix_was_received() -> None:
    """Not from the phone's own clock, which may be anywhere."""
    position = replace(at(1, 1), t_ms=0, received_ms=10_000)
    assert position.silent_s(12_500) == 2.5
    assert position.silent_s(9_000) == 0.0, "a clock that was set back is no silence"


async def test_asking_for_nobody_asks_nothing(redis: Redis) -> None:
    """An empty list is an empty answer."""
    assert await Positions(redis, 30).of([]) == {}
    await save(redis)
    assert await redis.dbsize() == 0
