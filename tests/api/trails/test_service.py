"""Trails over HTTP: fixes, replay, an instant of the city, files, reports; who looked is noted."""

import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import orjson
import pytest

from api.kit.clock import real_now
from api.kit.ids import CourierId
from api.trails import chunks
from tests.api.staff.test_service import member
from tests.support.cast import Cast
from tests.support.people import Person
from tests.support.trails import HOME, fix, lay

GPX = "{http://www.topografix.com/GPX/1/1}"
START = (real_now() - timedelta(hours=3)).replace(microsecond=0)


def of(courier: Person, what: str = "", **query: Any) -> str:
    """Return the path of a courier's positions; by default the two hours after the start."""
    path = f"/api/v1/admin/couriers/{courier.courier_id}/positions{what}"
    asked = {"since": START, "until": START + timedelta(hours=2)} | query
    return f"{path}?" + "&".join(
        f"{name}={stamp(value) if isinstance(value, datetime) else value}"
        for name, value in asked.items()
        if value is not None
    )


def stamp(moment: datetime) -> str:
    """Return a moment as queries take it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def text_of(person: Person, path: str) -> tuple[str, str, str]:
    """Return media type, disposition and text of a file."""
    headers = {"Authorization": f"Bearer {person.token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(person.base + path, headers=headers) as response,
    ):
        assert response.status == 200
        disposition = response.headers["Content-Disposition"]
        return response.content_type, disposition, await response.text()


async def ridden(cast: Cast) -> Person:
    """Return a courier who rode 600 m in a minute, stood for five, and rode 600 m again."""
    courier = await cast.courier()
    way = [10.0 * s for s in range(61)]
    way += [600.0] * 300 + [600.0 + 10.0 * s for s in range(1, 61)]
    fixes = [fix(s + 1, START + timedelta(seconds=s), east) for s, east in enumerate(way)]
    await lay(cast.stack, courier.courier_id, fixes)
    elsewhere = fix(1000, START + timedelta(seconds=400, milliseconds=500), 90_000.0)
    await lay(cast.stack, courier.courier_id, [elsewhere], refusal="jump")
    return courier


async def test_fixes_come_in_time_order_refused_ones_with_their_reason(cast: Cast) -> None:
    courier = await ridden(cast)
    page = (await cast.admin.get(of(courier, pageSize=100, page=5))).data
    assert (page["totalCount"], page["totalPages"], len(page["items"])) == (422, 5, 22)
    refused = [one for one in page["items"] if one["refusal"]]
    assert [one["refusal"] for one in refused] == ["jump"]
    times = [one["at"] for one in page["items"]]
    assert times == sorted(times)


async def test_a_replay_is_the_believed_way_as_columns(cast: Cast) -> None:
    courier = await ridden(cast)
    whole = (await cast.admin.get(of(courier, "/replay"))).data
    assert whole["count"] == 421
    assert whole["offsetsMs"] == [1000 * s for s in range(421)]
    assert (whole["latitudes"][0], whole["longitudes"][0]) == HOME
    assert max(whole["longitudes"]) < -8.59  # the jump of 90 km is not part of it
    assert set(whole["speedsMps"]) == {5.0}
    thin = (await cast.admin.get(of(courier, "/replay", everyS=60))).data
    assert thin["count"] in {8, 9}
    middle = {"since": START + timedelta(seconds=10), "until": START + timedelta(seconds=20)}
    part = (await cast.admin.get(of(courier, "/replay", **middle))).data
    assert part["offsetsMs"] == [1000 * s for s in range(10)]
    later = {"since": START + timedelta(hours=1)}
    empty = (await cast.admin.get(of(courier, "/replay", **later))).data
    assert (empty["count"], empty["latitudes"]) == (0, [])


async def test_a_trail_leaves_as_gpx_that_other_programs_read(cast: Cast) -> None:
    courier = await ridden(cast)
    gone = fix(2000, START + timedelta(hours=1), 5000.0)
    await lay(cast.stack, courier.courier_id, [gone])
    kind, disposition, text = await text_of(cast.admin, of(courier, "/export", format="gpx"))
    assert kind == "application/gpx+xml"
    assert (
        disposition == f'attachment; filename="trail-{courier.courier_id}-{START:%Y%m%d%H%M}.gpx"'
    )
    root = ET.fromstring(text)  # noqa: S314  # our own document
    assert (root.tag, root.get("version")) == (f"{GPX}gpx", "1.1")
    segments = root.findall(f"{GPX}trk/{GPX}trkseg")
    assert [len(segment) for segment in segments] == [421, 1]  # silence is no straight line
    first = segments[0][0]
    assert (float(first.get("lat", 0)), float(first.get("lon", 0))) == pytest.approx(HOME)
    assert first.findtext(f"{GPX}time") == stamp(START)


async def test_a_trail_leaves_as_geojson_longitude_first(cast: Cast) -> None:
    courier = await ridden(cast)
    gone = fix(2000, START + timedelta(hours=1), 5000.0)
    await lay(cast.stack, courier.courier_id, [gone])
    kind, _, text = await text_of(cast.admin, of(courier, "/export", format="geojson", everyS=30))
    assert kind == "application/geo+json"
    (feature,) = orjson.loads(text)["features"]
    lines = feature["geometry"]["coordinates"]
    assert feature["geometry"]["type"] == "MultiLineString"
    assert lines[0][0] == pytest.approx([HOME.lng, HOME.lat])
    assert [len(line) for line in lines] == [len(t) for t in feature["properties"]["coordTimes"]]
    assert all(len(line) >= 2 for line in lines)  # RFC 7946, 3.1.4


async def test_a_trail_of_nothing_is_a_file_all_the_same(cast: Cast) -> None:
    courier = await cast.courier()
    for name in ("gpx", "geojson"):
        _kind, _disposition, text = await text_of(cast.admin, of(courier, "/export", format=name))
        assert (ET.fromstring(text) if name == "gpx" else orjson.loads(text)) is not None  # noqa: S314


async def test_a_report_tells_distance_stops_and_what_was_refused(cast: Cast) -> None:
    courier = await ridden(cast)
    found = (await cast.admin.get(of(courier, "/report"))).data
    assert found["distanceM"] == pytest.approx(1200, rel=0.1)
    assert (found["fixes"], found["refusedFixes"]) == (421, {"jump": 1})
    (stop,) = found["stops"]
    assert stop["durationS"] == pytest.approx(300, abs=14)
    assert found["movingS"] + found["stoppedS"] + found["silentS"] == 420
    assert (found["firstFixAt"], found["topSpeedMps"]) == (stamp(START), 5.0)
    assert (await cast.admin.get(of(courier, "/report", stopS=600))).data["stops"] == []
    nothing = await cast.courier()
    empty = (await cast.admin.get(of(nothing, "/report"))).data
    assert (empty["distanceM"], empty["firstFixAt"], empty["stops"]) == (0, None, [])


async def test_the_city_at_an_instant_shows_who_was_where(cast: Cast) -> None:
    courier, silent = await ridden(cast), await cast.courier()
    path = "/api/v1/admin/couriers/positions?at="

    async def seen(at: datetime, more: str = "") -> list[dict[str, Any]]:
        return list((await cast.admin.get(f"{path}{stamp(at)}{more}")).data["couriers"])

    (one,) = await seen(START + timedelta(seconds=30, milliseconds=700))
    assert (one["id"], one["fixedAt"]) == (courier.courier_id, stamp(START + timedelta(seconds=30)))
    assert one["longitude"] > HOME.lng
    last = START + timedelta(seconds=420)
    assert await seen(START - timedelta(seconds=1)) == []
    assert len(await seen(last + timedelta(seconds=119))) == 1
    assert await seen(last + timedelta(seconds=121)) == []
    assert len(await seen(last + timedelta(seconds=121), "&withinS=200")) == 1
    assert await seen(last, "&minLatitude=50") == []
    assert await seen(last, f"&zoneId={uuid4()}") == []
    assert silent.courier_id not in str(await seen(last))


async def test_a_packed_day_is_seen_as_before(cast: Cast) -> None:
    courier = await ridden(cast)
    paths = [
        of(courier),
        of(courier, pageSize=100, page=4),
        of(courier, pageSize=100, page=5),
        of(courier, pageSize=7, page=60, since=START + timedelta(seconds=3)),
        of(courier, "/replay", everyS=10),
        of(courier, "/report"),
        f"/api/v1/admin/couriers/positions?at={stamp(START + timedelta(seconds=30))}",
        f"/api/v1/admin/couriers/positions?at={stamp(START + timedelta(hours=1))}",
    ]

    def rounded(value: Any) -> Any:
        """Return what chunks keep: places to 1e-6 degrees, lengths to some metres."""
        if isinstance(value, dict):
            return {name: rounded(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [rounded(inner) for inner in value]
        return pytest.approx(value, abs=2e-6) if isinstance(value, float) else value

    before = [(await cast.admin.get(path)).data for path in paths]
    async with cast.stack.database.transaction() as db:
        for day in {START.date(), (START + timedelta(hours=1)).date()}:
            await chunks.pack_day(db, CourierId(UUID(courier.courier_id)), day)
    assert await cast.stack.rows("SELECT * FROM courier_positions") == []
    for path, told in zip(paths, before, strict=True):
        assert (await cast.admin.get(path)).data == rounded(told), path
    export = (await courier.get("/api/v1/users/me/data-export")).data["tables"]["trail_chunks"]
    assert len(export) == 422
    assert export[-1]["location"]["coordinates"] == pytest.approx([HOME.lng, HOME.lat])


@pytest.mark.parametrize(
    ("what", "query", "wrong"),
    [
        ("/replay", {"until": None}, {"until"}),
        ("/replay", {"until": START}, {"until"}),
        ("/replay", {"until": START + timedelta(hours=48, seconds=1)}, {"until"}),
        ("/replay", {"since": "2026-11-21T12:00:00"}, {"since"}),
        ("/replay", {"since": "yesterday"}, {"since"}),
        ("/replay", {"everyS": -1}, {"everyS"}),
        ("/replay", {"everyS": "often"}, {"everyS"}),
        ("/export", {"format": "kml"}, {"format"}),
        ("/export", {}, {"format"}),
        ("/report", {"stopS": 5}, {"stopS"}),
        ("/report", {"radiusM": 100_000}, {"radiusM"}),
        ("/report", {"courierId": str(uuid4())}, {"courierId"}),
    ],
    ids=range(12),
)
async def test_what_cannot_be_asked_is_named(
    cast: Cast, what: str, query: dict[str, Any], wrong: set[str]
) -> None:
    courier = await cast.courier()
    answer = await cast.admin.get(of(courier, what, **query))
    assert (answer.status, set(answer.fields)) == (422, wrong)


async def test_whoever_looks_at_a_trail_is_noted_with_the_part(cast: Cast) -> None:
    courier = await cast.courier()
    for what, more in (
        ("", {}),
        ("/replay", {}),
        ("/export", {"format": "gpx"}),
        ("/report", {}),
    ):
        async with (
            aiohttp.ClientSession() as session,
            session.get(
                cast.admin.base + of(courier, what, **more),
                headers={"Authorization": f"Bearer {cast.admin.token}"},
            ) as response,
        ):
            assert response.status == 200
    at = stamp(START)
    (await cast.admin.get(f"/api/v1/admin/couriers/positions?at={at}")).data  # noqa: B018
    log = (await cast.admin.get("/api/v1/admin/audit-logs?action=courier.trail")).data["items"]
    assert [entry["action"] for entry in log] == [
        "courier.trail.read_all",
        *["courier.trail.read"] * 4,
    ]
    assert [entry["newValues"].get("as") for entry in log] == [
        None,
        "report",
        "gpx",
        "replay",
        "fixes",
    ]
    for entry in log[1:]:
        assert entry["entityId"] == courier.courier_id
        assert entry["userId"] == cast.admin.me["id"]
        assert datetime.fromisoformat(entry["newValues"]["since"]) == START
    seen = (await courier.get("/api/v1/courier/trail-looks?pageSize=3")).data
    assert seen["totalCount"] == 4
    assert [look["how"] for look in seen["items"]] == ["report", "gpx", "replay"]
    assert {look["role"] for look in seen["items"]} == {"super_admin"}
    assert datetime.fromisoformat(seen["items"][0]["since"]) == START
    other = await cast.courier()
    assert (await other.get("/api/v1/courier/trail-looks")).data["items"] == []
    missing = Person(cast.admin.base, courier_id=str(uuid4()))
    assert (await cast.admin.get(of(missing, "/replay"))).status == 404


async def test_trails_are_for_dispatchers_of_the_zone_only(cast: Cast) -> None:
    courier = await ridden(cast)
    at = f"/api/v1/admin/couriers/positions?at={stamp(START + timedelta(seconds=30))}"
    for role in ("support", "location_admin"):
        person = await member(cast, role, zoneIds=[cast.zone_id])
        for path in (at, of(courier), of(courier, "/replay"), of(courier, "/export", format="gpx")):
            assert (await person.get(path)).status == 403, (role, path)
    for role in ("operator", "manager"):
        here = await member(cast, role, zoneIds=[cast.zone_id])
        assert len((await here.get(at)).data["couriers"]) == 1
    drawn = {"name": "Lisbon", "code": "lisbon", "baseFeeMinor": 1, "currency": "EUR"}
    drawn |= {"timeZone": "Europe/Lisbon"}
    square = [[-9.3, 38.6], [-9.0, 38.6], [-9.0, 38.9], [-9.3, 38.9], [-9.3, 38.6]]
    zone = drawn | {"polygon": {"type": "Polygon", "coordinates": [square]}}
    other = (await cast.admin.post("/api/v1/admin/delivery-zones", zone)).data["id"]
    there = await member(cast, "operator", zoneIds=[other])
    assert (await there.get(at)).data["couriers"] == []
    assert (await there.get(of(courier, "/replay"))).status == 404
