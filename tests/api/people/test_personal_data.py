"""What we hold about a person: every table is known, handed out whole, and erased."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.kit.clock import real_now
from api.kit.ids import UserId
from api.people.personal_data import PERSONAL, collect
from api.tables import metadata
from api.trails import history
from jobs import cleanup
from tests.support.cast import Cast
from tests.support.examples import ADDRESS
from tests.support.people import DROPOFF, PASSWORD, PICKUP, Person
from tests.support.road import brought_to, complete, report

ME = "/api/v1/users/me"
PLANTED = {
    "firstName": "Plantagenet",
    "lastName": "Plantedsson",
    "street": "Planted Street 77",
    "note": "the planted pot",
    "device": "planted phone",
    "wish": "planted wish",
    "friend": "Planted Friend",
    "plate": "PL-4N-7D",
    "goods": "planted seeds",
    "reason": "planted reason",
}


def reached() -> set[str]:
    """Return every table that references a user, or references one that does."""
    found = {"users"}
    while True:
        more = {
            table.name
            for table in metadata.tables.values()
            if {key.column.table.name for key in table.foreign_keys} & found
        } - found
        if not more:
            return found
        found |= more


def test_every_table_that_leads_to_a_person_says_what_becomes_of_it() -> None:
    """Statement 44: a new table with a foreign key to people has to be decided about."""
    named = {
        table.name
        for table in metadata.tables.values()
        if {"user_id", "courier_id", "actor_id"} & set(table.columns.keys())
    }
    assert reached() | named == set(PERSONAL)
    for table, held in PERSONAL.items():
        assert held.rows, table
        assert held.erase or held.why, table
        columns = set(metadata.tables[table].columns.keys())
        assert set(held.hidden) | set(held.places) | set(held.of_the_other) <= columns


def test_every_place_is_shown_as_one() -> None:
    """A place in the database's own spelling tells nobody anything."""
    for table, held in PERSONAL.items():
        places = {c.name for c in metadata.tables[table].columns if "Shape" in repr(c.type)}
        assert places == set(held.places), table


async def live(cast: Cast) -> Person:
    """Let a customer leave data everywhere."""
    person = await cast.customer()
    names = {"firstName": PLANTED["firstName"], "lastName": PLANTED["lastName"]}
    (await person.put(ME, names | {"dateOfBirth": "1990-05-17"})).data  # noqa: B018
    (await person.post(f"{ME}/addresses", ADDRESS | {"street": PLANTED["street"]})).data  # noqa: B018
    (await person.put(f"{ME}/preferences", {"courierNote": PLANTED["wish"]})).data  # noqa: B018
    (await person.put(f"{ME}/notification-settings", {})).data  # noqa: B018
    (await person.put(f"{ME}/consents/terms", {"given": True, "version": "1"})).data  # noqa: B018
    body = {"login": person.me["phone"], "password": PASSWORD, "device": PLANTED["device"]}
    person.keep((await person.post("/api/v1/auth/login", body)).data)
    courier = await cast.courier()
    place = {"address": PLANTED["street"], "notes": PLANTED["note"], "contactName": "Plantagenet"}
    gift = {"recipientName": PLANTED["friend"], "message": PLANTED["wish"]}
    items = [{"title": PLANTED["goods"], "quantity": 1, "weightGrams": 100, "volumeCm3": 100}]
    changes = {"pickup": PICKUP | place, "dropoff": DROPOFF | place, "gift": gift, "items": items}
    company, _vendor = await cast.shop()
    unwanted = await cast.order(person, **changes, companyId=company)
    reason = {"reason": PLANTED["reason"]}
    (await person.post(f"/api/v1/orders/{unwanted['id']}/cancel", reason)).data  # noqa: B018
    order, delivery_id = await brought_to(cast, courier, customer=person, **changes)
    (await person.post(f"/api/v1/orders/{order['id']}/tracking-links")).data  # noqa: B018
    for status in ("picked_up", "in_transit"):
        await report(courier, delivery_id, status)
    await complete(courier, delivery_id)
    await cast.stack.settle()
    return person


async def everything(cast: Cast) -> dict[str, str]:
    """Return the text of every table."""
    names = [table for table in metadata.tables if table not in {"zones", "currencies"}]
    return {
        name: str([readable(row) for row in await cast.stack.rows(f"SELECT * FROM {name}")])  # noqa: S608  # ours
        for name in names
    }


def readable(row: Mapping[str, Any]) -> list[object]:
    """Return the values of a row; bytes as the text that they hold."""
    return [v.decode(errors="replace") if isinstance(v, bytes) else v for v in row.values()]


async def test_a_person_takes_everything_along_and_nothing_of_others(cast: Cast) -> None:
    """Statement 44: the export."""
    person, other = await live(cast), await live(cast)
    export = (await person.get(f"{ME}/data-export")).data
    assert export["cut"] == []
    tables = export["tables"]
    assert set(tables) == set(PERSONAL)
    text = str(tables)
    words = {*(set(PLANTED.values()) - {PLANTED["plate"]}), person.me["phone"]}
    assert {word for word in words if word in text} == words
    assert text.count(other.me["id"]) == 0
    assert tables["addresses"][0]["location"] == {"type": "Point", "coordinates": [-8.61, 41.15]}
    secrets = ("password_hash", "token_hash", "code_hash", "iin_sealed")
    assert [secret for secret in secrets if secret in text] == []
    empty = {name for name, rows in tables.items() if not rows}
    assert empty == {
        "alerts",
        "api_keys",
        "eta_samples",
        "import_jobs",
        "files",
        "oauth_identities",
        "couriers",
        "courier_devices",
        "courier_positions",
        "delivery_events",
        "delivery_offers",
        "delivery_routes",
        "system_settings",
        "trail_chunks",
        "undated_fixes",
        "webhook_messages",
        "webhooks",
    }


async def test_an_erased_person_is_nowhere_and_the_books_still_add_up(cast: Cast) -> None:
    """Statement 44: the erasure."""
    person = await live(cast)
    other = await cast.customer()
    before = await cast.stack.rows("SELECT id, total_minor, status FROM orders")
    assert (await person.ask("DELETE", ME)).status == 204
    await cast.stack.settle()
    words = [*(set(PLANTED.values()) - {PLANTED["plate"]}), person.me["phone"]]
    named = [
        (table, word)
        for table, text in (await everything(cast)).items()
        for word in words
        if word in text and (table, word) != ("outbox", person.me["phone"])  # forgotten in 48 h
    ]
    assert named == []
    async with cast.stack.station.work(read_only=True) as work:
        tables, _cut = await collect(work, UserId(UUID(person.me["id"])))
    assert [word for word in words if word in str(tables)] == []
    left = {name for name, rows in tables.items() if rows}
    stays = {name for name, held in PERSONAL.items() if held.why} | {"users", "sessions"}
    assert left == stays - {
        "alerts",
        "api_keys",
        "eta_samples",
        "import_jobs",
        "system_settings",
        "delivery_events",
        "delivery_offers",
        "delivery_routes",
        "webhook_messages",
        "webhooks",
    }
    assert await cast.stack.rows("SELECT id, total_minor, status FROM orders") == before
    shown = (await cast.admin.get("/api/v1/admin/orders")).data["items"][0]
    assert shown["dropoff"]["address"] == "erased"
    assert (await other.get(ME)).status == 200
    body = {"login": person.me["phone"], "password": PASSWORD}
    assert (await cast.stack.person().post("/api/v1/auth/login", body)).status == 401
    again = await cast.register("customer", person.me["phone"])  # the number is free again
    assert again.me["id"] != person.me["id"]


async def test_a_courier_takes_the_trail_along_and_has_it_erased(cast: Cast) -> None:
    courier = await cast.courier(vehicleNumber=PLANTED["plate"])
    async with cast.stack.database.connection() as db:
        await history.ensure_day(db, real_now().date())
    await cast.stack.rows(
        "INSERT INTO courier_positions (courier_id, epoch, seq, ts, received_at, location) "
        "VALUES ($1, 1, 1, now(), now(), 'POINT(-8.61 41.15)'::geography)",
        UUID(courier.courier_id),
    )
    export = (await courier.get(f"{ME}/data-export")).data["tables"]
    assert PLANTED["plate"] in str(export["couriers"])
    assert export["courier_positions"][0]["location"]["coordinates"] == [-8.61, 41.15]
    assert (await courier.ask("DELETE", ME)).status == 204
    await cast.stack.settle()
    assert [n for n, text in (await everything(cast)).items() if PLANTED["plate"] in text] == []
    assert await cast.stack.rows("SELECT 1 FROM courier_positions") == []
    (row,) = await cast.stack.rows("SELECT status, is_active FROM couriers")
    assert (row["status"], row["is_active"]) == ("offline", False)


async def test_a_courier_takes_along_the_work_and_nothing_of_the_customers(cast: Cast) -> None:
    courier, customer = await cast.courier(), await cast.customer()
    place = {"address": PLANTED["street"], "notes": PLANTED["note"], "contactName": "Plantagenet"}
    _order, delivery_id = await brought_to(
        cast, courier, customer=customer, dropoff=DROPOFF | place, notes=PLANTED["wish"]
    )
    for status in ("picked_up", "in_transit"):
        await report(courier, delivery_id, status)
    await complete(courier, delivery_id, receivedBy=PLANTED["friend"])
    await cast.stack.settle()
    export = (await courier.get(f"{ME}/data-export")).data["tables"]
    assert export["deliveries"][0]["id"] == delivery_id
    assert export["delivery_offers"][0]["status"] == "accepted"
    text = str(export)
    told = [*PLANTED.values(), customer.me["id"], "dropoff_location", "candidates"]
    assert [word for word in told if word in text] == []


async def test_nobody_is_erased_while_something_is_under_way(cast: Cast) -> None:
    customer, courier = await cast.customer(), await cast.courier()
    await brought_to(cast, courier, customer=customer)
    for person in (customer, courier):
        assert (await person.ask("DELETE", ME)).code == "unfinished"
        assert (await person.get(ME)).status == 200


async def test_fixes_that_land_after_an_erasure_go_too(cast: Cast) -> None:
    """They were in the stream when the account went."""
    gone, stays = await cast.courier(), await cast.courier()
    assert (await gone.ask("DELETE", ME)).status == 204
    async with cast.stack.database.connection() as db:
        await history.ensure_day(db, real_now().date())
    for courier in (gone, stays):
        await cast.stack.rows(
            "INSERT INTO courier_positions (courier_id, epoch, seq, ts, received_at, location) "
            "VALUES ($1, 1, 1, now(), now(), 'POINT(-8.61 41.15)'::geography)",
            UUID(courier.courier_id),
        )
        await cast.stack.rows(
            "UPDATE couriers SET current_location = 'POINT(-8.61 41.15)', "
            "last_location_update = now() WHERE id = $1",
            UUID(courier.courier_id),
        )
    await cleanup.forget_late_fixes(cast.stack.station)
    left = await cast.stack.rows("SELECT courier_id FROM courier_positions")
    assert [str(row["courier_id"]) for row in left] == [stays.courier_id]
    placed = await cast.stack.rows("SELECT id FROM couriers WHERE current_location IS NOT NULL")
    assert [str(row["id"]) for row in placed] == [stays.courier_id]
