"""The ETA watch: from where couriers are now; of a silent courier nothing new is known."""

from typing import Any

from jobs import eta_watch
from tests.jobs.market import AT_PICKUP, stand
from tests.support.cast import Cast
from tests.support.road import brought_to, report

FAR = (AT_PICKUP[0] + 0.05, AT_PICKUP[1])


async def eta(cast: Cast, order: dict[str, Any]) -> str | None:
    """Let the watch look; return the ETA that followers know."""
    await eta_watch.refresh(cast.stack.station)
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
