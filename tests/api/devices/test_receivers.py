"""Phone apps of others: their requests become fixes, each once, judged, seen, and only on shift."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from api.app import create_app
from api.devices.model import EPOCHS_FROM
from api.kit.clock import real_now
from tests.support.cast import Cast
from tests.support.people import Person
from tests.support.phone import connected, ticket
from tests.support.phone_apps import (
    basic,
    location,
    osmand,
    owntracks,
    send,
    traccar_8,
    traccar_9,
)
from tests.support.road import brought_to
from tests.tracking.gateways import until

LAT, LON = 41.15, -8.61
JSON = {"Content-Type": "application/json"}


async def device(cast: Cast, courier: Person, name: str = "app") -> str:
    """Return the token of a new device of a courier whose shift began 100 years ago, if at all."""
    await cast.stack.rows(
        "UPDATE couriers SET shift_started_at = shift_started_at - interval '100 years'"
    )
    return str((await courier.post("/api/v1/courier/devices", {"name": name})).data["token"])


async def trail(cast: Cast, courier: Person) -> list[dict[str, Any]]:
    """Return a courier's fixes in time order, as staff see them."""
    path = f"/api/v1/admin/couriers/{courier.courier_id}/positions?pageSize=100"
    return list((await cast.admin.get(path)).data["items"])


def ago(seconds: float) -> datetime:
    """Return a moment of the past, to the second: what all apps can tell."""
    return (real_now() - timedelta(seconds=seconds)).replace(microsecond=0)


async def live(cast: Cast, courier: Person) -> dict[str, Any] | None:
    """Return the courier on the live map."""
    box = "minLatitude=40&minLongitude=-10&maxLatitude=43&maxLongitude=-7"
    shown = (await cast.admin.get(f"/api/v1/admin/couriers/map?{box}")).data["couriers"]
    return next((one for one in shown if one["id"] == courier.courier_id), None)


async def shown(cast: Cast, courier: Person, lat: float) -> dict[str, Any]:
    """Return the courier on the live map once they are at this latitude."""
    async with asyncio.timeout(20):
        while True:
            found = await live(cast, courier)
            if found is not None and found["latitude"] == pytest.approx(lat, abs=1e-6):
                return found
            await asyncio.sleep(0.02)


async def test_traccar_client_up_to_8_is_understood(cast: Cast) -> None:
    courier = await cast.courier()
    token, at = await device(cast, courier), ago(5)
    said = await traccar_8(cast.stack.person(), token, at, LAT, LON)
    assert (said.status, said.text) == (200, "")
    (fix,) = await trail(cast, courier)
    assert (fix["latitude"], fix["longitude"], fix["refusal"]) == (LAT, LON, None)
    assert datetime.fromisoformat(fix["at"]) == at
    assert fix["speedMps"] == pytest.approx(5.144, abs=0.001)  # ten knots
    assert (fix["headingDeg"], fix["accuracyM"]) == (90, 8.0)
    assert fix["epoch"] > EPOCHS_FROM
    assert (await shown(cast, courier, LAT))["stale"] is False


async def test_traccar_client_from_9_on_is_understood(cast: Cast) -> None:
    courier = await cast.courier()
    token, at = await device(cast, courier), ago(5) + timedelta(milliseconds=862)
    assert (await traccar_9(cast.stack.person(), token, at, LAT, LON)).status == 200
    later = at + timedelta(seconds=3)
    moving = {"speed": 8.5, "heading": 63}
    assert (await traccar_9(cast.stack.person(), token, later, LAT, LON, **moving)).status == 200
    still, moved = await trail(cast, courier)
    assert datetime.fromisoformat(still["at"]) == at
    assert (still["speedMps"], still["headingDeg"], still["accuracyM"]) == (None, None, 5.0)
    assert (moved["speedMps"], moved["headingDeg"]) == (8.5, 63)
    assert (still["seq"], moved["seq"]) == (1, 2)


async def test_osmand_is_understood(cast: Cast) -> None:
    courier = await cast.courier()
    token = await device(cast, courier)
    assert (await osmand(cast.stack.person(), token, ago(5), LAT, LON)).status == 200
    (fix,) = await trail(cast, courier)
    assert (fix["latitude"], fix["longitude"]) == (LAT, LON)


async def test_the_fields_may_come_as_a_form(cast: Cast) -> None:
    courier = await cast.courier()
    form = (
        f"id={await device(cast, courier)}&lat={LAT}&lon={LON}&timestamp={int(ago(5).timestamp())}"
    )
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await send(cast.stack.person(), "POST", "/phones/osmand", kind, form)).status == 200
    assert len(await trail(cast, courier)) == 1


async def test_owntracks_is_understood_and_gets_its_list(cast: Cast) -> None:
    courier = await cast.courier()
    token, at = await device(cast, courier), ago(5)
    said = await owntracks(cast.stack.person(), token, location(at, LAT, LON))
    assert (said.status, said.text, said.kind) == (200, "[]", "application/json")
    (fix,) = await trail(cast, courier)
    assert (fix["latitude"], fix["speedMps"], fix["headingDeg"]) == (LAT, 10.0, 90)
    for other in ('{"_type":"lwt","tst":1}', '{"_type":"waypoints","waypoints":[]}'):
        assert (await owntracks(cast.stack.person(), token, other)).text == "[]"
    assert len(await trail(cast, courier)) == 1


async def test_a_report_sent_again_is_stored_once(cast: Cast) -> None:
    courier = await cast.courier()
    token, at, app = await device(cast, courier), ago(60), cast.stack.person()
    many = [traccar_8(app, token, at + timedelta(seconds=s), LAT, LON) for s in range(5)]
    many += [traccar_8(app, token, at + timedelta(seconds=s), LAT, LON) for s in range(5)]
    assert {said.status for said in await asyncio.gather(*many)} == {200}
    found = await trail(cast, courier)
    assert [datetime.fromisoformat(one["at"]) for one in found] == [
        at + timedelta(seconds=s) for s in range(5)
    ]
    assert sorted(one["seq"] for one in found) == [1, 2, 3, 4, 5]


async def test_off_shift_nothing_is_stored_and_the_app_forgets_it(cast: Cast) -> None:
    courier = await cast.courier(online=False)
    token = await device(cast, courier)
    for said in (
        await traccar_8(cast.stack.person(), token, ago(5), LAT, LON),
        await owntracks(cast.stack.person(), token, location(ago(4), LAT, LON)),
    ):
        assert said.status == 200
    assert await trail(cast, courier) == []
    assert await cast.stack.rows("SELECT * FROM undated_fixes") == []
    assert await cast.stack.station.redis.exists("reported:{main}") == 0
    await cast.go_online(courier)
    assert await live(cast, courier) is None


async def test_what_was_before_the_shift_is_nobodys_business(cast: Cast) -> None:
    courier = await cast.courier()
    made = (await courier.post("/api/v1/courier/devices", {"name": "x"})).data
    token, app = made["token"], cast.stack.person()
    for seconds in (5, 3600, 40 * 3600, 400 * 86_400):  # kept while there was no network
        assert (await traccar_8(app, token, ago(seconds), LAT, LON)).status == 200
    assert await trail(cast, courier) == []
    assert await cast.stack.rows("SELECT * FROM undated_fixes") == []
    later = real_now() + timedelta(seconds=1)
    assert (await traccar_9(app, token, later, LAT, LON)).status == 200
    assert len(await trail(cast, courier)) == 1


@pytest.mark.parametrize(
    ("lat", "seconds", "refusal"),
    [
        (91.0, 5, "invalid"),
        (LAT, -3600, "future"),
        (LAT, 25 * 3600, "outdated"),
    ],
)
async def test_a_fix_that_cannot_be_is_kept_with_its_reason(
    cast: Cast, lat: float, seconds: float, refusal: str
) -> None:
    courier = await cast.courier()
    token = await device(cast, courier)
    for _ in range(2):
        said = await traccar_8(cast.stack.person(), token, ago(seconds), lat, LON)
        assert said.status == 200  # else the app would send it for ever
    found = await trail(cast, courier)
    assert {fix["refusal"] for fix in found} == {refusal}
    assert await live(cast, courier) is None


async def test_a_fix_of_a_clock_wrong_by_years_is_kept_apart_once(cast: Cast) -> None:
    courier = await cast.courier()
    token = await device(cast, courier)
    old = {"timestamp": "86400"}
    for _ in range(2):
        said = await traccar_8(cast.stack.person(), token, ago(5), LAT, LON, **old)
        assert said.status == 200
    assert await trail(cast, courier) == []
    (row,) = await cast.stack.rows("SELECT * FROM undated_fixes")
    assert (row["t_ms"], row["refusal"]) == (86_400_000, "outdated")


async def test_a_jump_is_not_believed_until_the_phone_insists(cast: Cast) -> None:
    courier = await cast.courier()
    token, app = await device(cast, courier), cast.stack.person()
    assert (await traccar_8(app, token, ago(60), LAT, LON)).status == 200
    await shown(cast, courier, LAT)
    for n in range(5):
        assert (await traccar_8(app, token, ago(50 - n), LAT + 0.5, LON)).status == 200
    found = [fix["refusal"] for fix in await trail(cast, courier)]
    assert found == [None, "jump", "jump", "jump", "jump", None]
    await shown(cast, courier, LAT + 0.5)


async def test_a_late_fix_never_moves_the_position_back(cast: Cast) -> None:
    courier = await cast.courier()
    token, app = await device(cast, courier), cast.stack.person()
    await traccar_8(app, token, ago(5), LAT, LON)
    await shown(cast, courier, LAT)
    await traccar_8(app, token, ago(30), LAT + 0.0005, LON)
    assert [fix["refusal"] for fix in await trail(cast, courier)] == ["superseded", None]
    await asyncio.sleep(0.2)
    assert (await live(cast, courier) or {})["latitude"] == pytest.approx(LAT, abs=1e-6)


async def test_a_backlog_is_taken_in_one_request(cast: Cast) -> None:
    courier = await cast.courier()
    token = await device(cast, courier)
    coords = f'"coords":{{"latitude":{LAT},"longitude":{LON}}}'
    times = [ago(100 - n).isoformat() for n in range(50)]
    places = ",".join(f'{{"timestamp":"{time}",{coords}}}' for time in times)
    body = f'{{"location":[{places}],"device_id":"{token}"}}'
    assert (await send(cast.stack.person(), "POST", "/phones/osmand", JSON, body)).status == 200
    assert [fix["seq"] for fix in await trail(cast, courier)] == list(range(1, 51))


async def test_a_revoked_token_takes_effect_at_once(cast: Cast) -> None:
    courier = await cast.courier()
    await device(cast, courier)
    made = (await courier.post("/api/v1/courier/devices", {"name": "x"})).data
    token, app = made["token"], cast.stack.person()
    assert (await traccar_8(app, token, ago(6), LAT, LON)).status == 200
    await courier.ask("DELETE", f"/api/v1/courier/devices/{made['device']['id']}")
    for said in (
        await traccar_8(app, token, ago(5), LAT, LON),
        await traccar_9(app, token, ago(4), LAT, LON),
        await owntracks(app, token, location(ago(3), LAT, LON)),
    ):
        assert said.status == 401
        assert "unknown_device" in said.text
    assert len(await trail(cast, courier)) == 1


@pytest.mark.parametrize("token", ["", "guess", "x" * 500, "é\u0000"])
async def test_without_a_token_that_holds_nothing_is_taken(cast: Cast, token: str) -> None:
    courier = await cast.courier()
    app = cast.stack.person()
    assert (await traccar_8(app, token, ago(5), LAT, LON)).status == 401
    said = await owntracks(app, token, location(ago(5), LAT, LON))
    assert said.status == 401
    for header in ({}, {"Authorization": "Basic ###"}, {"Authorization": "Bearer x"}):
        body = location(ago(5), LAT, LON)
        assert (await send(app, "POST", "/phones/owntracks", JSON | header, body)).status == 401
    assert await trail(cast, courier) == []


async def test_a_blocked_courier_reports_nothing(cast: Cast) -> None:
    courier = await cast.courier()
    token = await device(cast, courier)
    await cast.stack.rows("UPDATE couriers SET is_active = false")
    assert (await traccar_8(cast.stack.person(), token, ago(5), LAT, LON)).status == 401


async def test_a_token_opens_nothing_else(cast: Cast) -> None:
    courier = await cast.courier()
    token = await device(cast, courier)
    person = cast.stack.person()
    for value in (f"Bearer {token}", basic("carla", token)):
        answer = await person.get("/api/v1/courier/profile", headers={"Authorization": value})
        assert answer.status == 401


@pytest.mark.parametrize(
    ("path", "kind", "body", "status"),
    [
        ("osmand", "application/json", "{", 422),
        ("osmand", "application/json", "[]", 422),
        ("osmand", "application/json", '{"location":null}', 422),
        ("osmand", "application/json", '{"location":{"coords":{"latitude":NaN}}}', 422),
        ("osmand", "application/json", "[" * 100_000, 413),
        ("osmand", "application/json", "[" * 60_000, 422),
        ("osmand", "text/plain", "lat=1", 422),
        ("owntracks", "application/json", "", 422),
        ("owntracks", "application/json", '{"_type":"encrypted","data":"x"}', 422),
        ("owntracks", "application/json", '{"_type":"location","lat":true,"lon":1}', 422),
        ("owntracks", "application/json", '{"lat":1,"lat":2}', 422),
    ],
    ids=range(11),
)
async def test_nonsense_is_answered_with_what_is_wrong(
    cast: Cast, path: str, kind: str, body: str, status: int
) -> None:
    said = await send(cast.stack.person(), "POST", f"/phones/{path}", {"Content-Type": kind}, body)
    assert said.status == status
    assert '"success":false' in said.text


async def test_other_methods_are_not_taken(cast: Cast) -> None:
    person = cast.stack.person()
    for method, path in (("HEAD", "osmand"), ("PUT", "osmand"), ("GET", "owntracks")):
        assert (await send(person, method, f"/phones/{path}?id=x&lat=1&lon=1")).status == 405


async def test_customers_and_maps_see_an_app_as_they_see_our_phone(cast: Cast) -> None:
    courier, customer = await cast.courier(), await cast.customer()
    order, delivery_id = await brought_to(cast, courier, "picked_up", customer)
    await cast.stack.resync()
    token, app = await device(cast, courier), cast.stack.person()
    entry = await ticket(customer, {"orderIds": [order["id"]]})
    stranger = await cast.customer()
    await cast.order(stranger)
    async with (
        connected(cast.stack, entry) as mine,
        connected(cast.stack, await ticket(stranger)) as other,
        connected(cast.stack, await ticket(cast.admin)) as dispatcher,
    ):
        view = {"zoom": 14, "bbox": [LAT - 0.01, LON - 0.01, LAT + 0.01, LON + 0.01], "rev": 1}
        await dispatcher.io.call("view", view)
        assert (await traccar_8(app, token, ago(5), LAT, LON)).status == 200
        (seen,) = await mine.wait("delivery:location")
        assert (seen["orderId"], seen["exact"]) == (order["id"], True)
        assert (seen["latitude"], seen["longitude"]) == (LAT, LON)
        await until(lambda: courier.courier_id in str(dispatcher.all("t")))
        assert other.all("delivery:location") == []
    assert delivery_id


async def test_a_report_keeps_the_courier_on_shift(cast: Cast) -> None:
    courier = await cast.courier()
    token = await device(cast, courier)
    said = await traccar_8(cast.stack.person(), token, ago(-3600), LAT, LON)  # refused, but heard
    assert said.status == 200
    redis = cast.stack.station.redis
    async with asyncio.timeout(20):
        while not await redis.hlen("heard:{main}"):  # noqa: ASYNC110  # of another program
            await asyncio.sleep(0.02)
    (listed,) = (await courier.get("/api/v1/courier/devices")).data["devices"]
    assert datetime.fromisoformat(listed["lastSeenAt"]) > ago(60)


async def test_what_apps_report_is_counted(cast: Cast) -> None:
    courier = await cast.courier()
    token, app = await device(cast, courier), cast.stack.person()
    assert (await traccar_8(app, token, ago(5), LAT, LON)).status == 200
    said = await send(app, "GET", "/metrics")
    assert 'hermod_fixes_total{result="accepted"} 1.0' in said.text


async def test_too_many_reports_and_too_many_guesses_are_told_to_wait(cast: Cast) -> None:
    stack = cast.stack
    few = stack.settings.model_copy(update={"rate_phone_per_min": 1, "rate_auth_per_min": 1})
    token = await device(cast, await cast.courier())
    async with TestServer(create_app(few, stack.database)) as server:
        app = Person(str(server.make_url("")).rstrip("/"))
        reports = [(await osmand(app, token, ago(60 - n), LAT, LON)).status for n in range(12)]
        assert reports == [200] * 10 + [429] * 2
        guesses = [(await osmand(app, f"guess-{n}", ago(5), LAT, LON)).status for n in range(12)]
        assert guesses == [401] * 10 + [429] * 2
