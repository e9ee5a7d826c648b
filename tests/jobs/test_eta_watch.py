"""The ETA watch: from where couriers are now; of a silent courier nothing new is known."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from dispatch.eta_range import EtaRange
from jobs import eta_learning
from jobs.eta_watch import EtaWatch
from tests.jobs.market import AT_PICKUP, stand
from tests.support.cast import Cast
from tests.support.people import DROPOFF, PICKUP
from tests.support.road import brought_to, complete, report

FAR = (AT_PICKUP[0] + 0.05, AT_PICKUP[1])


async def eta(cast: Cast, order: dict[str, Any]) -> str | None:
    """Let the watch look; return the ETA that followers know."""
    await EtaWatch(cast.stack.station).run_once()
    return (await cast.delivery_of(order))["etaAt"]  # type: ignore[no-any-return]  # as JSON says


async def told(cast: Cast) -> int:
    """Return how often followers were told an ETA."""
    return len(await cast.stack.rows("SELECT 1 FROM outbox WHERE topic = 'delivery.eta'"))


async def test_an_eta_comes_from_where_the_courier_is(cast: Cast) -> None:
    courier = await cast.courier()
    order, _delivery_id = await brought_to(cast, courier)
    await stand(cast.stack, courier)
    near = await eta(cast, order)
    await stand(cast.stack, courier, *FAR)
    far = await eta(cast, order)
    assert near is not None
    assert far is not None
    assert near < far


async def test_an_eta_that_hardly_moved_is_not_told_again(cast: Cast) -> None:
    courier = await cast.courier()
    order, _delivery_id = await brought_to(cast, courier)
    await stand(cast.stack, courier)
    first = await eta(cast, order)
    count = await told(cast)
    assert count > 0
    await stand(cast.stack, courier, AT_PICKUP[0] + 0.0001, AT_PICKUP[1])
    assert (await eta(cast, order), await told(cast)) == (first, count)


async def test_the_eta_of_a_silent_courier_stands(cast: Cast) -> None:
    """It does not slide along with the clock as if somebody had just looked."""
    courier = await cast.courier()
    order, _delivery_id = await brought_to(cast, courier)
    await stand(cast.stack, courier)
    first = await eta(cast, order)
    await stand(cast.stack, courier, *FAR, silent_s=10_000)
    assert await eta(cast, order) == first


async def test_an_eta_is_told_with_its_range_and_kept_to_learn_from(cast: Cast) -> None:
    """One sample for each kind, whatever happens in between; followers get the range."""
    courier = await cast.courier()
    order, _delivery_id = await brought_to(cast, courier)
    await stand(cast.stack, courier)
    watch = EtaWatch(cast.stack.station)
    await watch.run_once()
    await watch.run_once()
    delivery = await cast.delivery_of(order)
    assert delivery["etaFrom"] < delivery["etaAt"] < delivery["etaUntil"]
    (event,) = await cast.stack.rows("SELECT payload FROM outbox WHERE topic = 'delivery.eta'")
    assert "eta_from" in str(event["payload"])
    samples = await cast.stack.rows("SELECT aboard, horizon FROM eta_samples")
    assert len(samples) == 1
    assert samples[0]["aboard"] is False


async def test_ranges_are_learned_from_deliveries_that_came(cast: Cast) -> None:
    """Each late by half of the time that was left: so will the next one be."""
    courier = await cast.courier()
    _order, delivery_id = await brought_to(cast, courier, "in_transit")
    await complete(courier, delivery_id)
    station = cast.stack.station
    now = station.clock.now()
    async with station.work() as work:
        await work.db.execute(
            """
            INSERT INTO eta_samples (id, delivery_id, aboard, horizon, told_at, eta_at)
            SELECT gen_random_uuid(), $1, false, n, $2::timestamptz - interval '1260 seconds',
                   $2::timestamptz - interval '420 seconds'
            FROM generate_series(100, 400) AS n
            """,
            UUID(delivery_id),
            now,
        )
        await work.db.execute(
            "UPDATE deliveries SET delivered_at = $2 WHERE id = $1", UUID(delivery_id), now
        )
    learned = await eta_learning.learn(station)
    asked = eta_learning.asked_at(now, now + timedelta(seconds=840), aboard=False)
    assert learned.around(asked) == EtaRange(1260, 1260)


async def test_what_has_failed_is_expected_at_no_time(cast: Cast) -> None:
    """The courier rides away with it; once it is under way again there is an ETA again."""
    courier = await cast.courier()
    order, delivery_id = await brought_to(cast, courier, "in_transit")
    await stand(cast.stack, courier)
    assert await eta(cast, order) is not None
    (await report(courier, delivery_id, "failed")).data  # noqa: B018  # fails unless 2xx
    assert (await cast.delivery_of(order))["etaAt"] is None
    count = await told(cast)
    await stand(cast.stack, courier, *FAR)
    assert (await eta(cast, order), await told(cast)) == (None, count)
    (await report(courier, delivery_id, "in_transit")).data  # noqa: B018  # fails unless 2xx
    assert await eta(cast, order) is not None


async def test_what_has_failed_delays_nobody_else(cast: Cast) -> None:
    """It goes back to the shop, far away, after the courier's other stops."""
    courier = await cast.courier()
    far = PICKUP | {"latitude": FAR[0]}
    _order, failed = await brought_to(cast, courier, "in_transit", pickup=far)
    order, _delivery_id = await brought_to(cast, courier, "in_transit")
    await stand(cast.stack, courier, DROPOFF["latitude"], DROPOFF["longitude"])
    before = await eta(cast, order)
    assert before is not None
    (await report(courier, failed, "failed")).data  # noqa: B018  # fails unless 2xx
    after = await eta(cast, order)
    assert after is not None
    assert after <= before
