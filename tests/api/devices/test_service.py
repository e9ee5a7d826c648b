"""Devices: made and revoked by the courier or a manager, never shown again, few of them."""

import asyncio
from uuid import uuid4

import pytest

from api.devices.service import MOST
from tests.api.staff.test_service import member
from tests.support.cast import Cast
from tests.support.people import Person

OWN = "/api/v1/courier/devices"


def of(courier: Person, device_id: str = "") -> str:
    """Return the path by which staff see a courier's devices."""
    path = f"/api/v1/admin/couriers/{courier.courier_id}/devices"
    return f"{path}/{device_id}" if device_id else path


async def test_a_courier_makes_lists_and_revokes_devices(cast: Cast) -> None:
    courier = await cast.courier()
    made = (await courier.post(OWN, {"name": "Traccar Client"})).data
    assert len(made["token"]) >= 32
    assert (made["osmandPath"], made["owntracksPath"]) == ("/phones/osmand", "/phones/owntracks")
    (listed,) = (await courier.get(OWN)).data["devices"]
    assert listed == made["device"]
    assert (listed["courierId"], listed["lastSeenAt"]) == (courier.courier_id, None)
    assert made["token"] not in str((await courier.get(OWN)).body)
    path = f"{OWN}/{made['device']['id']}"
    assert (await courier.ask("DELETE", path)).status == 204
    assert (await courier.get(OWN)).data["devices"] == []
    assert (await courier.ask("DELETE", path)).status == 404


async def test_a_manager_does_it_for_the_courier_and_it_is_noted(cast: Cast) -> None:
    courier = await cast.courier()
    manager = await member(cast, "manager", zoneIds=[cast.zone_id])
    made = (await manager.post(of(courier), {"name": "OwnTracks"})).data
    assert (await courier.get(OWN)).data["devices"] == [made["device"]]
    assert (await manager.get(of(courier))).data["devices"] == [made["device"]]
    assert (await manager.ask("DELETE", of(courier, made["device"]["id"]))).status == 204
    log = (await cast.admin.get("/api/v1/admin/audit-logs?action=courier.device")).data["items"]
    assert [entry["action"] for entry in log] == ["courier.device.revoke", "courier.device.add"]
    assert {entry["entityId"] for entry in log} == {courier.courier_id}
    assert {entry["userId"] for entry in log} == {manager.me["id"]}
    assert made["token"] not in str(log)


async def test_an_operator_only_looks(cast: Cast) -> None:
    courier = await cast.courier()
    operator = await member(cast, "operator", zoneIds=[cast.zone_id])
    assert (await operator.get(of(courier))).status == 200
    assert (await operator.post(of(courier), {"name": "x"})).status == 403
    assert (await operator.ask("DELETE", of(courier, str(uuid4())))).status == 403


async def test_a_device_of_another_courier_is_not_there(cast: Cast) -> None:
    one, other = await cast.courier(), await cast.courier()
    made = (await one.post(OWN, {"name": "mine"})).data["device"]
    assert (await other.ask("DELETE", f"{OWN}/{made['id']}")).status == 404
    assert (await cast.admin.ask("DELETE", of(other, made["id"]))).status == 404
    assert (await one.get(OWN)).data["devices"] == [made]


async def test_who_is_no_courier_has_no_devices(cast: Cast) -> None:
    applicant = await cast.register("courier")
    assert (await applicant.post(OWN, {"name": "x"})).status == 404
    assert (await (await cast.customer()).post(OWN, {"name": "x"})).status == 403


@pytest.mark.parametrize("draft", [{}, {"name": ""}, {"name": "x" * 101}, {"name": 5}])
async def test_a_device_has_a_name(cast: Cast, draft: dict[str, object]) -> None:
    courier = await cast.courier()
    assert (await courier.post(OWN, draft)).fields.keys() == {"name"}


async def test_there_are_few_devices_also_when_made_at_once(cast: Cast) -> None:
    courier = await cast.courier()
    answers = await asyncio.gather(
        *(courier.post(OWN, {"name": f"phone {n}"}) for n in range(MOST + 3))
    )
    assert sorted(answer.status for answer in answers) == [201] * MOST + [409] * 3
    assert len((await courier.get(OWN)).data["devices"]) == MOST


async def test_a_token_is_kept_as_a_hash_only(cast: Cast) -> None:
    courier = await cast.courier()
    token = (await courier.post(OWN, {"name": "x"})).data["token"]
    (row,) = await cast.stack.rows("SELECT * FROM courier_devices")
    assert token not in str(dict(row))
    assert token.encode() not in row["token_hash"]
