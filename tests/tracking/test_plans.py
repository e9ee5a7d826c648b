"""Plans: what the job worker says of couriers is what gateways learn, now or later."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from geo.vehicle import Vehicle
from tests.tracking.gateways import plan_of, position_of
from tracking import keys, news, plans, positions
from tracking.news import Control
from tracking.plans import CourierPlan, CourierState, Followed

PLANS = st.builds(
    CourierPlan,
    courier_id=st.uuids(),
    name=st.text(max_size=20),
    vehicle=st.sampled_from(Vehicle),
    state=st.sampled_from(CourierState),
    orders=st.lists(st.builds(Followed, st.uuids(), st.booleans()), max_size=4).map(tuple),
)


@given(PLANS)
def test_an_encoded_plan_comes_back(plan: CourierPlan) -> None:
    """From bytes, as Redis keeps it."""
    assert plans.decode(plans.encode(plan)) == plan


async def test_published_plans_are_kept_and_told(redis: Redis) -> None:
    """The hash for whoever starts later, the news for whoever is there."""
    anna, bruno = plan_of(uuid4(), Followed(uuid4(), True)), plan_of(uuid4())
    await plans.publish(redis, [anna, bruno], [])
    assert set(await plans.load_all(redis)) == {anna, bruno}
    told = await news.read(redis, "0-0", 1)
    assert [(item.name, plans.decode(item.body)) for item in told] == [
        (Control.PLAN, anna),
        (Control.PLAN, bruno),
    ]
    assert all(item.rooms == () for item in told)


async def test_going_off_shift_wipes_plan_and_place(redis: Redis) -> None:
    """Where somebody is after work is nobody's business."""
    anna = plan_of(uuid4())
    await plans.publish(redis, [anna], [])
    async with redis.pipeline() as pipeline:
        positions.save(pipeline, [position_of(anna.courier_id)])
        await pipeline.execute()
    await plans.publish(redis, [], [anna.courier_id])
    assert await plans.load_all(redis) == []
    assert await redis.exists(keys.LAST, keys.GEO) == 0
    assert (await news.read(redis, "0-0", 1))[-1].body == {"courier_id": str(anna.courier_id)}


async def test_plans_are_complete_once_somebody_says_so_and_until_a_wipe(redis: Redis) -> None:
    """A single plan after a wipe does not mean that everybody else is off shift."""
    await plans.publish(redis, [plan_of(uuid4())], [])
    assert not await plans.are_complete(redis)
    await plans.publish(redis, [], [], complete=True)
    assert await plans.are_complete(redis)
    assert (await news.read(redis, "0-0", 1))[-1].name == Control.COMPLETE
    await redis.flushall()
    assert not await plans.are_complete(redis)


def test_all_keys_of_a_region_lie_on_one_node_of_a_cluster() -> None:
    """Transactions and scripts need that; the hash tag says it."""
    names = [value for name, value in vars(keys).items() if name.isupper() and name != "REGION"]
    assert len(names) >= 8
    assert {name.partition("{")[2].partition("}")[0] for name in names} == {keys.REGION}
