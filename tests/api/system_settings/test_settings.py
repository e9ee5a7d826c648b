"""Settings changed while the programs run: checked, kept with what was before, for all at once."""

import asyncio
import logging
from typing import Any

import pytest

from api.settings import Settings
from api.system_settings.changeable import CHANGEABLE, merged
from benchmarks.city.waiting import wait_until
from tests.api.staff.test_service import member
from tests.support.cast import Cast
from tests.support.people import PASSWORD, Answer, Person

PATH = "/api/v1/admin/settings"


async def change(who: Person, version: int, **values: Any) -> Answer:
    """Change settings from a version."""
    return await who.put(PATH, values, headers={"If-Match": f'"{version}"'})


def one(answer: Answer, key: str) -> dict[str, Any]:
    """Return a setting of an answer."""
    return next(setting for setting in answer.data["settings"] if setting["key"] == key)


async def test_settings_come_with_default_bounds_and_meaning(cast: Cast) -> None:
    answer = await cast.admin.get(PATH)
    assert (answer.data["version"], answer.headers["ETag"]) == (0, '"0"')
    assert len(answer.data["settings"]) == len(CHANGEABLE)
    assert one(answer, "offerS") == {
        "key": "offerS",
        "value": 45.0,
        "default": 45.0,
        "isDefault": True,
        "minimum": 0,
        "maximum": None,
        "description": "how long a courier may think (business time)",
        "updatedAt": None,
        "updatedByUserId": None,
    }
    assert all(setting["description"] for setting in answer.data["settings"])


async def test_a_change_is_kept_with_who_and_what_was_before(cast: Cast) -> None:
    answer = await change(cast.admin, 0, lockAfter=7, offerS=30)
    assert (answer.data["version"], answer.headers["ETag"]) == (2, '"2"')
    changed = one(answer, "lockAfter")
    assert (changed["value"], changed["default"], changed["isDefault"]) == (7, 5, False)
    assert changed["updatedByUserId"] == cast.admin.me["id"]
    assert one(await change(cast.admin, 2, lockAfter=None), "lockAfter")["value"] == 5
    trail = (await cast.admin.get("/api/v1/admin/audit-logs?entityType=setting")).data["items"]
    assert [(e["entityId"], e["oldValues"], e["newValues"]) for e in trail] == [
        ("lockAfter", {"value": 7}, {"value": 5, "isDefault": True}),
        ("lockAfter", {"value": 5}, {"value": 7, "isDefault": False}),
        ("offerS", {"value": 45.0}, {"value": 30.0, "isDefault": False}),
    ]


async def test_the_same_value_again_is_no_change(cast: Cast) -> None:
    assert (await change(cast.admin, 0, lockAfter=7)).data["version"] == 1
    assert (await change(cast.admin, 1, lockAfter=7)).data["version"] == 1
    assert (await change(cast.admin, 1, lockS=None)).data["version"] == 1
    (row,) = await cast.stack.rows("SELECT count(*) FROM audit_logs WHERE action LIKE 'setting%'")
    assert row["count"] == 1


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({}, "body"),
        ({"lockAfter": 0}, "lockAfter"),
        ({"lockAfter": 2.5}, "lockAfter"),
        ({"lockAfter": "6"}, "lockAfter"),
        ({"lockAfter": True}, "lockAfter"),
        ({"offerS": 0}, "offerS"),
        ({"rateReadPerMin": 10_000_001}, "rateReadPerMin"),
        ({"lockAftr": 6}, "lockAftr"),
        ({"secretKey": "x" * 40}, "secretKey"),
    ],
)
async def test_what_a_setting_cannot_be_is_refused(
    cast: Cast, draft: dict[str, Any], field: str
) -> None:
    answer = await change(cast.admin, 0, **draft)
    assert (answer.status, set(answer.fields)) == (422, {field})
    assert (await cast.admin.get(PATH)).data["version"] == 0


async def test_of_two_administrators_one_is_told_to_read_again(cast: Cast) -> None:
    """Statement 32, for settings."""
    answers = await asyncio.gather(*(change(cast.admin, 0, lockAfter=n) for n in (6, 7, 8)))
    assert sorted(answer.status for answer in answers) == [200, 412, 412]
    assert (await cast.admin.put(PATH, {"lockAfter": 6})).status == 428


async def test_a_change_holds_at_once_for_sign_ins(cast: Cast) -> None:
    assert await locked(cast) is False
    assert (await change(cast.admin, 0, lockAfter=1, lockS=600)).status == 200
    async with asyncio.timeout(20):
        while await locked(cast) is False:
            pass


async def locked(cast: Cast) -> bool:
    """Guess once at a fresh account; tell whether the right password then opens nothing."""
    somebody = await cast.customer()
    login = {"login": somebody.me["phone"], "password": "a wrong guess"}
    await cast.stack.person().post("/api/v1/auth/login", login)
    right = login | {"password": PASSWORD}
    return (await cast.stack.person().post("/api/v1/auth/login", right)).status == 401


async def test_a_change_holds_for_rate_limits_and_for_background_work(cast: Cast) -> None:
    reader = await member(cast, "support")
    assert (await change(cast.admin, 0, rateReadPerMin=1, offerS=12.5)).status == 200
    async with asyncio.timeout(10):
        while (await reader.get("/api/v1/admin/orders")).status == 200:
            pass
    async with cast.stack.live():
        assert await wait_until(lambda: cast.stack.station.settings.offer_s == 12.5, 10.0)


async def test_only_administrators_see_and_change_settings(cast: Cast) -> None:
    manager = await member(cast, "manager")
    assert (await manager.get(PATH)).status == 403
    admin = await member(cast, "admin")
    assert (await change(admin, 0, lockAfter=6)).status == 200


def test_what_no_longer_fits_is_left_out_and_said(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        held = merged(settings, {"lockAfter": 9, "lockS": -1, "goneS": 5})
    assert (held.lock_after, held.lock_s) == (9, settings.lock_s)
    assert len(caplog.records) == 2
