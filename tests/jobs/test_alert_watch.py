"""The alert watch: who does not get on and what will be late, raised once, ended when over."""

from datetime import timedelta
from typing import Any

from jobs.alert_watch import AlertWatch
from jobs.eta_watch import EtaWatch
from jobs.station import Station
from tests.jobs.calendar import at
from tests.jobs.market import AT_PICKUP, stand
from tests.support.cast import Cast
from tests.support.people import DROPOFF
from tests.support.road import brought_to, report

AT_DOOR = (DROPOFF["latitude"], DROPOFF["longitude"])
AWAY = (AT_PICKUP[0] + 0.02, AT_PICKUP[1])


async def kinds(cast: Cast) -> set[str]:
    """Return what dispatchers see."""
    listed = (await cast.admin.get("/api/v1/admin/alerts")).data["alerts"]
    return {one["kind"] for one in listed}


async def told(cast: Cast) -> list[Any]:
    """Return the changes that were told."""
    return list(await cast.stack.rows("SELECT payload FROM outbox WHERE topic = 'alert.changed'"))


def later(station: Station, seconds: float) -> Station:
    """Return the station so much later; its clock stands still."""
    return at(station, station.clock.now() + timedelta(seconds=seconds))


async def test_who_stands_still_far_from_the_shop_is_stuck_until_moving(cast: Cast) -> None:
    courier = await cast.courier()
    await brought_to(cast, courier)
    await stand(cast.stack, courier, *AWAY)
    watch = AlertWatch(cast.stack.station)
    await watch.run_once()
    assert "stuck" not in await kinds(cast)
    watch._station = later(cast.stack.station, 500)
    await watch.run_once()
    await watch.run_once()
    assert "stuck" in await kinds(cast)
    stuck = [one for one in await told(cast) if "stuck" in str(one["payload"])]
    assert len(stuck) == 1
    await stand(cast.stack, courier, AWAY[0] - 0.005, AWAY[1])
    await watch.run_once()
    assert "stuck" not in await kinds(cast)
    assert len([one for one in await told(cast) if "stuck" in str(one["payload"])]) == 2


async def test_a_silent_courier_is_not_called_stuck(cast: Cast) -> None:
    courier = await cast.courier()
    await brought_to(cast, courier)
    watch = AlertWatch(cast.stack.station)
    await stand(cast.stack, courier, *AWAY)
    await watch.run_once()
    await stand(cast.stack, courier, *AWAY, silent_s=10_000)
    watch._station = later(cast.stack.station, 5000)
    await watch.run_once()
    assert "stuck" not in await kinds(cast)


async def test_who_is_stuck_stays_so_while_the_phone_is_silent(cast: Cast) -> None:
    """An accident ends no alert by breaking the phone; only moving does, or other work."""
    courier = await cast.courier()
    await brought_to(cast, courier)
    await stand(cast.stack, courier, *AWAY)
    watch = AlertWatch(cast.stack.station)
    await watch.run_once()
    watch._station = later(cast.stack.station, 500)
    await watch.run_once()
    for seconds, silent_s in ((600, 10_000), (700, 0), (800, 10_000)):
        watch._station = later(cast.stack.station, seconds)
        await stand(cast.stack, courier, *AWAY, silent_s=silent_s)
        await watch.run_once()
        assert "stuck" in await kinds(cast)
    await cast.stack.station.redis.flushall()
    await watch.run_once()
    assert "stuck" in await kinds(cast)
    assert len([one for one in await told(cast) if "stuck" in str(one["payload"])]) == 1
    await stand(cast.stack, courier, AWAY[0] - 0.005, AWAY[1])
    await watch.run_once()
    assert "stuck" not in await kinds(cast)


async def test_who_stands_still_on_a_bad_line_is_stuck(cast: Cast) -> None:
    """Silent now and then: seen at the same place before and after."""
    courier = await cast.courier()
    await brought_to(cast, courier)
    watch = AlertWatch(cast.stack.station)
    for seconds, silent_s in ((0, 0), (200, 10_000), (300, 0), (430, 10_000)):
        watch._station = later(cast.stack.station, seconds)
        await stand(cast.stack, courier, *AWAY, silent_s=silent_s)
        await watch.run_once()
    assert "stuck" not in await kinds(cast)
    await stand(cast.stack, courier, *AWAY)
    await watch.run_once()
    assert "stuck" in await kinds(cast)


async def test_who_brings_a_failed_delivery_back_is_on_the_route(cast: Cast) -> None:
    """The way leads to the shop now; who leaves it for elsewhere is off the route."""
    courier = await cast.courier()
    _order, delivery_id = await brought_to(cast, courier, "in_transit")
    watch = AlertWatch(cast.stack.station)
    await stand(cast.stack, courier, *AT_DOOR)
    await watch.run_once()
    (await report(courier, delivery_id, "failed")).data  # noqa: B018  # fails unless 2xx
    await watch.run_once()
    for seconds in (200, 400):
        watch._station = later(cast.stack.station, seconds)
        await stand(cast.stack, courier, *AT_PICKUP)
        await watch.run_once()
    assert "off_route" not in await kinds(cast)
    for seconds in (600, 800):
        watch._station = later(cast.stack.station, seconds)
        await stand(cast.stack, courier, *AWAY)
        await watch.run_once()
    assert "off_route" in await kinds(cast)


async def test_who_goes_on_to_others_with_a_failed_delivery_is_on_the_route(cast: Cast) -> None:
    """What failed may be brought back after them."""
    courier = await cast.courier()
    _one, failed = await brought_to(cast, courier, "in_transit")
    far = {**DROPOFF, "latitude": AWAY[0] + 0.01}
    await brought_to(cast, courier, "in_transit", dropoff=far)
    watch = AlertWatch(cast.stack.station)
    await stand(cast.stack, courier, *AT_DOOR)
    (await report(courier, failed, "failed")).data  # noqa: B018  # fails unless 2xx
    for seconds in (0, 200, 400):
        watch._station = later(cast.stack.station, seconds)
        await watch.run_once()
        await stand(cast.stack, courier, far["latitude"], AT_DOOR[1])
    assert "off_route" not in await kinds(cast)


async def test_what_will_be_late_is_told_before_it_is(cast: Cast) -> None:
    """The ETA passes the promise: at risk at first, then late."""
    courier = await cast.courier()
    await brought_to(cast, courier)
    await stand(cast.stack, courier)
    await EtaWatch(cast.stack.station).run_once()
    watch = AlertWatch(cast.stack.station)
    await watch.run_once()
    assert not await kinds(cast) & {"at_risk", "late"}
    await cast.stack.rows(
        "UPDATE deliveries SET window_end = eta_at + interval '60 seconds' RETURNING id"
    )
    await cast.stack.rows("UPDATE route_stops SET eta_at = NULL RETURNING id")
    await watch.run_once()
    assert await kinds(cast) & {"at_risk", "late"} == {"at_risk"}
    await cast.stack.rows(
        "UPDATE deliveries SET window_end = eta_at - interval '60 seconds' RETURNING id"
    )
    await watch.run_once()
    assert await kinds(cast) & {"at_risk", "late"} == {"late"}
