"""Zones: good shapes only, one version at a time, the right one for a pair of points."""

import asyncio
from typing import Any

import pytest

from tests.support.cast import Cast
from tests.support.people import ZONE, Answer

ADMIN, OPEN, FEES = (
    "/api/v1/admin/delivery-zones",
    "/api/v1/delivery-zones",
    "/api/v1/delivery-fees",
)
GAIA = {
    "name": "Gaia",
    "code": "gaia",
    "polygon": ZONE,
    "baseFeeMinor": 100,
    "perKmFeeMinor": 10,
    "currency": "EUR",
    "timeZone": "Europe/Lisbon",
}


def square(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Return a box as GeoJSON."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


async def draw(cast: Cast, **changes: Any) -> Answer:
    """Draw a zone."""
    return await cast.admin.post(ADMIN, GAIA | changes)


async def change(cast: Cast, zone: Any, version: int | str, **changes: Any) -> Answer:
    """Redraw a zone as somebody who read `version` of it."""
    headers = {"If-Match": f'"{version}"'}
    return await cast.admin.put(f"{ADMIN}/{zone['id']}", GAIA | changes, headers=headers)


def ring(*positions: Any) -> dict[str, Any]:
    """Return a polygon with one ring."""
    return {"type": "Polygon", "coordinates": [list(positions)]}


A, B, C = [-8.6, 41.1], [-8.5, 41.1], [-8.5, 41.2]


@pytest.mark.parametrize(
    ("polygon", "field"),
    [
        ({}, "polygon.type"),
        ({"type": "Point", "coordinates": A}, "polygon.type"),
        ({"type": "Feature", "geometry": ZONE, "properties": {}}, "polygon.type"),
        ({"type": "Polygon"}, "polygon.coordinates"),
        ({"type": "Polygon", "coordinates": []}, "polygon.coordinates"),
        ({"type": "MultiPolygon", "coordinates": []}, "polygon.coordinates"),
        ({"type": "Polygon", "coordinates": A}, "polygon.coordinates.0"),
        (ring(A, B, A), "polygon.coordinates.0"),
        (ring(A, B, C, B), "polygon.coordinates.0"),
        (ring(A, B, [200.0, 41.2], A), "polygon.coordinates.0.2"),
        (ring(A, B, [-8.5, 91.0], A), "polygon.coordinates.0.2"),
        (ring(A, B, ["-8.5", 41.2], A), "polygon.coordinates.0.2"),
        (ring(A, B, [None, None], A), "polygon.coordinates.0.2"),
        (ring(A, B, [True, False], A), "polygon.coordinates.0.2"),
        (ring(A, B, [-8.5], A), "polygon.coordinates.0.2"),
        (ring(A, C, B, [-8.6, 41.2], A), "polygon.coordinates"),
        (
            ring([-170.0, 1.0], [170.0, 1.0], [170.0, 2.0], [-170.0, 1.0]),
            "polygon.coordinates.0.1",
        ),
        (square(-60.0, -60.0, 60.0, 60.0), "polygon"),
        (
            ring(*[[-8.6 + n / 1e6, 41.1] for n in range(10_001)], [-8.6, 41.1]),
            "polygon.coordinates",
        ),
    ],
    ids=range(19),
)
async def test_a_shape_that_cannot_be_used_is_named_by_its_place(
    cast: Cast, polygon: dict[str, Any], field: str
) -> None:
    answer = await draw(cast, polygon=polygon)
    assert (answer.status, answer.code) == (422, "invalid_input")
    (error,) = answer.body["errors"]
    assert error["field"].startswith(field)
    assert error["message"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"currency": "XXX"}, {"currency": "unknown_currency"}),
        ({"currency": "eur"}, {"currency": "string_pattern_mismatch"}),
        ({"timeZone": "Europe/Atlantis"}, {"timeZone": "value_error"}),
        ({"timeZone": "../../etc/passwd"}, {"timeZone": "value_error"}),
        ({"code": "porto"}, {"code": "taken"}),
        ({"code": "Gaia!"}, {"code": "string_pattern_mismatch"}),
        ({"name": "   "}, {"name": "string_too_short"}),
        ({"baseFeeMinor": -1}, {"baseFeeMinor": "greater_than_equal"}),
        ({"baseFeeMinor": 10**12 + 1}, {"baseFeeMinor": "less_than_equal"}),
        ({"baseFeeMinor": 2.5}, {"baseFeeMinor": "int_type"}),
        ({"polygon": "POLYGON((0 0))"}, {"polygon": "dict_type"}),
        ({"owner": "me", "id": "x"}, {"owner": "unknown_field", "id": "unknown_field"}),
    ],
)
async def test_a_zone_with_wrong_fields_is_not_drawn(
    cast: Cast, changes: dict[str, Any], wrong: dict[str, str]
) -> None:
    answer = await draw(cast, **changes)
    assert (answer.status, answer.fields) == (422, wrong)
    assert (await cast.admin.get(ADMIN)).data["totalCount"] == 1


async def test_a_zone_with_an_island_and_a_hole_comes_back_as_it_was_drawn(cast: Cast) -> None:
    outer = square(-8.4, 41.0, -8.0, 41.4)["coordinates"][0]
    hole = square(-8.3, 41.1, -8.1, 41.3)["coordinates"][0][::-1]
    island = square(-7.0, 41.0, -6.9, 41.1)["coordinates"]
    polygon = {"type": "MultiPolygon", "coordinates": [[outer, hole], island]}
    drawn = (await draw(cast, polygon=polygon)).data
    assert drawn["polygon"]["type"] == "MultiPolygon"
    inside = {(-8.35, 41.2): 1, (-8.2, 41.2): 0, (-6.95, 41.05): 1, (-7.5, 41.05): 0}
    for (lng, lat), holds in inside.items():
        page = (await cast.admin.get(f"{OPEN}?latitude={lat}&longitude={lng}")).data
        assert page["totalCount"] == holds


@pytest.mark.parametrize(
    ("query", "missing"), [("latitude=41.15", "longitude"), ("longitude=-8.6", "latitude")]
)
async def test_of_half_a_point_the_other_half_is_asked_for(
    cast: Cast, query: str, missing: str
) -> None:
    assert (await cast.admin.get(f"{OPEN}?{query}")).fields == {missing: "required"}


@pytest.mark.parametrize("query", ["latitude=nan&longitude=1", "latitude=91&longitude=1e999"])
async def test_a_point_off_the_globe_is_refused(cast: Cast, query: str) -> None:
    answer = await cast.admin.get(f"{OPEN}?{query}")
    assert answer.status == 422
    assert "latitude" in answer.fields


async def test_each_change_is_made_for_the_version_that_was_read(cast: Cast) -> None:
    zone = (await draw(cast)).data
    assert zone["version"] == 1
    redrawn = await change(cast, zone, 1, name="Vila Nova de Gaia")
    assert (redrawn.data["version"], redrawn.headers["ETag"]) == (2, '"2"')
    for stale in (1, 0, 3, 999_999_999):
        assert (await change(cast, zone, stale)).code == "stale_version"
    headers = {"If-Match": '"2"'}
    closed = await cast.admin.ask("DELETE", f"{ADMIN}/{zone['id']}", headers=headers)
    assert (closed.data["version"], closed.data["isActive"]) == (3, False)
    again = await cast.admin.ask("DELETE", f"{ADMIN}/{zone['id']}", headers=headers)
    assert (again.status, again.code) == (412, "stale_version")


async def test_a_zone_is_read_with_the_tag_that_its_next_change_demands(cast: Cast) -> None:
    path = f"{ADMIN}/{(await draw(cast)).data['id']}"
    for name in ("Vila Nova", "Vila Nova de Gaia"):
        read = await cast.admin.get(path)
        redrawn = await cast.admin.put(
            path, GAIA | {"name": name}, headers={"If-Match": read.headers["ETag"]}
        )
        assert (read.data["version"] + 1, name) == (redrawn.data["version"], redrawn.data["name"])
    tag = redrawn.headers["ETag"]
    assert (await cast.admin.get(path, headers={"If-None-Match": tag})).status == 304
    (await cast.admin.ask("DELETE", path, headers={"If-Match": tag})).data  # noqa: B018
    closed = await cast.admin.get(path, headers={"If-None-Match": tag})
    assert (closed.data["isActive"], closed.headers["ETag"]) == (False, '"4"')


async def test_of_two_who_change_one_version_one_wins(cast: Cast) -> None:
    zone = (await draw(cast)).data
    names = [f"name {number}" for number in range(8)]
    answers = await asyncio.gather(*(change(cast, zone, 1, name=name) for name in names))
    assert sorted(answer.status for answer in answers) == [200] + [412] * 7
    (won,) = [answer.data["name"] for answer in answers if answer.status == 200]
    shown = {one["id"]: one for one in (await cast.admin.get(ADMIN)).data["items"]}
    assert (shown[zone["id"]]["name"], shown[zone["id"]]["version"]) == (won, 2)
    audits = await cast.stack.rows("SELECT * FROM audit_logs WHERE action = 'zone.change'")
    assert [(a["old_values"]["name"], a["new_values"]["name"]) for a in audits] == [("Gaia", won)]


async def test_taking_anothers_code_changes_nothing(cast: Cast) -> None:
    zone = (await draw(cast)).data
    assert (await change(cast, zone, 1, code="porto")).fields == {"code": "taken"}
    assert (await change(cast, zone, 1, name="Still Gaia")).data["version"] == 2


async def test_a_closed_zone_is_shown_to_staff_only_and_takes_no_orders(cast: Cast) -> None:
    zone = (await draw(cast, polygon=square(-7.0, 41.0, -6.9, 41.1))).data
    inside = (
        "pickupLatitude=41.05&pickupLongitude=-6.95&dropoffLatitude=41.06&dropoffLongitude=-6.96"
    )
    assert (await cast.admin.get(f"{FEES}?{inside}")).data["zoneId"] == zone["id"]
    await cast.admin.ask("DELETE", f"{ADMIN}/{zone['id']}", headers={"If-Match": '"1"'})
    assert (await cast.admin.get(ADMIN)).data["totalCount"] == 2
    assert (await cast.stack.person().get(OPEN)).data["totalCount"] == 1
    answer = await cast.admin.get(f"{FEES}?{inside}")
    assert answer.fields == {"dropoff": "outside_zones"}


FROM_TO = "pickupLatitude={0}&pickupLongitude={1}&dropoffLatitude={2}&dropoffLongitude={3}"


@pytest.mark.parametrize(
    ("places", "wrong"),
    [
        ((41.15, -8.61, 48.85, 2.35), {"dropoff": "outside_zones"}),
        ((48.85, 2.35, 41.15, -8.61), {"pickup": "outside_zones"}),
        ((-8.61, 41.15, -8.63, 41.16), {"dropoff": "outside_zones"}),  # swapped
        ((0, 0, 0, 0), {"dropoff": "outside_zones"}),
        ((41.05, -6.95, 41.15, -8.61), {"pickup": "other_zone"}),
    ],
)
async def test_a_fee_is_quoted_within_one_zone(
    cast: Cast, places: tuple[float, ...], wrong: dict[str, str]
) -> None:
    await draw(cast, polygon=square(-7.0, 41.0, -6.9, 41.1))
    answer = await cast.stack.person().get(f"{FEES}?{FROM_TO.format(*places)}")
    assert answer.fields == wrong


async def test_where_zones_overlap_the_one_that_holds_both_ends_counts(cast: Cast) -> None:
    east = (await draw(cast, polygon=square(-8.55, 41.1, -8.3, 41.25))).data
    both, east_only = (41.15, -8.52), (41.15, -8.4)
    answer = await cast.stack.person().get(f"{FEES}?{FROM_TO.format(*both, *east_only)}")
    assert answer.data["zoneId"] == east["id"]
