"""Files of orders: all rows or none, each mistake by row and column, the same again is nothing."""

import asyncio
import csv
import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.imports import taking
from api.imports.order_rows import COLUMNS
from jobs import file_sweep, order_imports
from tests.api.service_keys.test_keys import program
from tests.api.staff.test_service import member
from tests.support.cast import Cast
from tests.support.people import Answer, Person

PATH = "/api/v1/admin/order-imports"
CSV = {"Content-Type": "text/csv"}
ROW = {
    "reference": "A-1",
    "pickupLatitude": "41.15",
    "pickupLongitude": "-8.61",
    "pickupAddress": "Rua das Flores 1",
    "dropoffLatitude": "41.16",
    "dropoffLongitude": "-8.63",
    "dropoffAddress": "Avenida da Boavista 20",
    "item": "A parcel",
}
ROOT = Path(__file__).resolve().parents[3]


def example() -> bytes:
    """Return the file of the docs."""
    return (ROOT / "docs/examples/deliveries.csv").read_bytes()


def sheet(*changes: dict[str, str], delimiter: str = ",") -> bytes:
    """Return a file with a good row for each of `changes`."""
    names = [*ROW, *sorted({name for change in changes for name in change} - set(ROW))]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, delimiter=delimiter)
    writer.writeheader()
    for number, change in enumerate(changes):
        writer.writerow(ROW | {"reference": f"A-{number}"} | change)
    return out.getvalue().encode()


def many(count: int) -> bytes:
    """Return a file with so many good rows."""
    return sheet(*({"dropoffLatitude": f"{41.12 + n % 900 / 10_000:.4f}"} for n in range(count)))


async def send(who: Person, content: bytes, query: str = "", **options: Any) -> Answer:
    """Upload a file."""
    return await who.post(f"{PATH}{query}", raw=content, headers=CSV, **options)


async def over(cast: Cast, who: Person, content: bytes, query: str = "") -> dict[str, Any]:
    """Upload a file, let the worker take it in, and return how it fared."""
    started = (await send(who, content, query)).data
    await order_imports.run_once(cast.stack.station)
    return dict((await who.get(f"{PATH}/{started['id']}")).data)


async def count(cast: Cast, table: str = "orders") -> int:
    """Return how many rows a table has."""
    (row,) = await cast.stack.rows(f"SELECT count(*) FROM {table}")  # noqa: S608  # of the tests
    return int(row["count"])


def counted(job: dict[str, Any]) -> tuple[int, ...]:
    """Return what an import counted."""
    return tuple(job[name] for name in ("total", "checked", "ok", "existing", "failed", "created"))


async def test_the_example_of_the_docs_becomes_orders(cast: Cast) -> None:
    """Statement 49: every row, through the placing of POST /api/v1/orders."""
    clerk = await member(cast, "operator")
    started = await send(clerk, example())
    assert started.status == 202
    assert started.headers["Location"] == f"{PATH}/{started.data['id']}"
    assert (started.data["status"], counted(started.data)) == ("queued", (3, 0, 0, 0, 0, 0))
    await order_imports.run_once(cast.stack.station)
    done = (await clerk.get(started.headers["Location"])).data
    assert (done["status"], done["errors"], counted(done)) == ("done", [], (3, 3, 3, 0, 0, 3))
    assert done["createdAt"] <= done["startedAt"] <= done["finishedAt"]
    assert started.data["startedAt"] is None
    await cast.stack.settle()
    listed = (await cast.admin.get("/api/v1/admin/orders")).data["items"]
    assert {one["externalReference"] for one in listed} == {"A-1001", "A-1002", "A-1003"}
    assert {(one["status"], one["userId"]) for one in listed} == {
        ("ready_for_delivery", clerk.me["id"])
    }
    assert len({one["orderNumber"] for one in listed}) == 3
    last = next(one for one in listed if one["externalReference"] == "A-1003")
    assert last["dropoff"]["notes"] == 'The shop called "Sol"'
    detail = (await cast.admin.get(f"/api/v1/admin/orders/{last['id']}")).data
    assert [(i["title"], i["quantity"], i["weightGrams"]) for i in detail["items"]] == [
        ("Coffee beans", 10, 1000)
    ]
    assert (await cast.delivery_of(last))["status"] == "pending"


async def test_an_imported_order_is_like_one_placed_by_hand(cast: Cast) -> None:
    """Statement 49: one truth: same fee, promise, history and version."""
    clerk = await member(cast, "admin")
    await over(cast, clerk, sheet({"reference": "by file"}))
    draft = {
        "externalReference": "by hand",
        "pickup": {"latitude": 41.15, "longitude": -8.61, "address": ROW["pickupAddress"]},
        "dropoff": {"latitude": 41.16, "longitude": -8.63, "address": ROW["dropoffAddress"]},
        "items": [{"title": "A parcel"}],
    }
    by_hand = (await clerk.post("/api/v1/orders", draft, key=uuid4().hex)).data
    listed = (await cast.admin.get("/api/v1/admin/orders")).data["items"]
    by_file = next(one for one in listed if one["id"] != by_hand["id"])
    own = {"id", "orderNumber", "externalReference", "readyAt", "placedAt", "items"}
    own |= {"promisedFrom", "promisedUntil"}
    assert {n: v for n, v in by_file.items() if n not in own} == {
        n: v for n, v in by_hand.items() if n not in own
    }
    paths = [f"/api/v1/admin/orders/{one['id']}/history" for one in (by_file, by_hand)]
    steps = [
        [
            (c["oldStatus"], c["newStatus"], c["comment"])
            for c in (await cast.admin.get(p)).data["changes"]
        ]
        for p in paths
    ]
    assert steps[0] == steps[1]
    topics = await cast.stack.rows(
        "SELECT topic, count(*) FROM outbox WHERE topic LIKE 'order%' GROUP BY topic"
    )
    assert all(row["count"] % 2 == 0 for row in topics)


async def test_one_wrong_row_and_none_is_taken_and_each_mistake_is_told(cast: Cast) -> None:
    """Statement 49: all or report."""
    clerk = await member(cast, "operator")
    wrong: list[tuple[dict[str, str], str | None, str]] = [
        ({"pickupLatitude": "north"}, "pickupLatitude", "float_parsing"),
        ({"dropoffLatitude": "10"}, "dropoffLatitude", "outside_zones"),
        ({"quantity": "0"}, "quantity", "greater_than_equal"),
        ({"quantity": "1.5"}, "quantity", "int_parsing"),
        ({"item": ""}, "item", "required"),
        ({"reference": ""}, "reference", "string_too_short"),
        ({"dropoffContactPhone": "112"}, "dropoffContactPhone", "value_error"),
        ({"readyAt": "tomorrow"}, "readyAt", "datetime_from_date_parsing"),
        ({"readyAt": "2026-11-21T12:00:00"}, "readyAt", "timezone_aware"),
        ({"readyAt": "2001-01-01T00:00:00Z"}, "readyAt", "too_early"),
        ({"windowStart": "2099-01-01T00:00:00Z"}, "windowEnd", "required"),
        ({"paymentMethod": "cahs"}, "paymentMethod", "enum"),
        ({"weightGrams": "1000000", "quantity": "1000"}, "item", "too_much"),
        ({"reference": "A-0"}, "reference", "twice"),
    ]
    job = await over(cast, clerk, sheet({}, *(change for change, _column, _code in wrong), {}))
    assert (job["status"], job["failed"], job["ok"], job["created"]) == ("failed", 14, 2, 0)
    told = [(one["row"], one["column"], one["code"]) for one in job["errors"]]
    assert told == [(n, column, code) for n, (_change, column, code) in enumerate(wrong, 3)]
    assert all(one["message"] and one["remedy"] for one in job["errors"])
    assert "did you mean 'cash'?" in str(job["errors"])
    assert "row 2 has this reference too" in str(job["errors"])
    assert job["errorsCut"] is False
    for table in ("orders", "order_items", "order_status_history"):
        assert await count(cast, table) == 0


async def test_the_same_file_again_creates_nothing_and_says_what_was_there(cast: Cast) -> None:
    """Statement 49: re-import is idempotent, for the rest of a grown file too."""
    clerk = await member(cast, "operator")
    first = await over(cast, clerk, sheet({}, {}, {}))
    assert counted(first) == (3, 3, 3, 0, 0, 3)
    again = await over(cast, clerk, sheet({}, {}, {}))
    assert (again["status"], counted(again)) == ("done", (3, 3, 0, 3, 0, 0))
    # what is known is not looked at again: its times may have passed meanwhile
    grown = await over(cast, clerk, sheet({"readyAt": "2001-01-01T00:00:00Z"}, {}, {}, {}))
    assert counted(grown) == (4, 4, 1, 3, 0, 1)
    assert await count(cast) == 4


async def test_references_are_unique_per_sender_or_company(cast: Cast) -> None:
    """Statement 49: another sender's A-0 is another order; a company has one, whoever sends."""
    one, other = await member(cast, "operator"), await member(cast, "operator")
    company, _vendor = await cast.shop()
    for who, query, fresh in (
        (one, "", 1),
        (other, "", 1),
        (one, f"?companyId={company}", 1),
        (other, f"?companyId={company}", 0),
    ):
        assert (await over(cast, who, sheet({}), query))["created"] == fresh
    orders = (await cast.admin.get(f"/api/v1/admin/orders?companyId={company}")).data["items"]
    assert [one["status"] for one in orders] == ["confirmed"]  # the shop prepares it
    answer = await send(one, sheet({}), f"?companyId={uuid4()}")
    assert answer.fields == {"companyId": "not_found"}


async def test_two_orders_by_hand_cannot_have_one_reference(cast: Cast) -> None:
    customer = await cast.customer()
    first = await cast.order(customer, externalReference="A-1")
    assert first["externalReference"] == "A-1"
    draft = {name: first[name] for name in ("pickup", "dropoff")} | {"items": [{"title": "B"}]}
    answer = await customer.post(
        "/api/v1/orders", draft | {"externalReference": "A-1"}, key=uuid4().hex
    )
    assert (answer.status, answer.code) == (409, "reference_taken")
    assert await count(cast) == 1


async def test_a_dry_run_checks_everything_and_takes_nothing(cast: Cast) -> None:
    """Statement 49: dryRun."""
    clerk = await member(cast, "operator")
    job = await over(cast, clerk, sheet({}, {}), "?dryRun=true")
    assert (job["status"], job["dryRun"], counted(job)) == ("done", True, (2, 2, 2, 0, 0, 0))
    bad = await over(cast, clerk, sheet({}, {"item": ""}), "?dryRun=true")
    assert (bad["status"], bad["failed"]) == ("failed", 1)
    assert await count(cast) == 0


async def test_who_is_kept_to_a_zone_imports_into_it_only(cast: Cast) -> None:
    """Statement 49: the same checks: the zone of the sender's too."""
    nowhere = await member(cast, "location_admin")
    job = await over(cast, nowhere, sheet({}))
    assert [(e["column"], e["code"]) for e in job["errors"]] == [
        ("pickupLatitude", "outside_your_zone")
    ]
    here = await member(cast, "location_admin", zoneIds=[cast.zone_id])
    assert (await over(cast, here, sheet({})))["created"] == 1


async def test_more_mistakes_than_are_named_are_counted(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statement 49: the report is bounded."""
    monkeypatch.setattr(taking, "MOST_NAMED", 5)
    clerk = await member(cast, "operator")
    job = await over(cast, clerk, sheet(*({"item": ""} for _ in range(12))))
    assert (job["failed"], len(job["errors"]), job["errorsCut"]) == (12, 5, True)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 a spreadsheet", "not_csv"),
        (b"\x00" * 50, "not_csv"),
        (b"\xff\xd8\xff\xe0 a picture", "not_utf8"),
        (b"referense\nA\n", "column_unknown"),
        (b"reference\nA\n", "column_missing"),
    ],
)
async def test_what_is_no_such_file_is_refused_at_the_door(
    cast: Cast, content: bytes, code: str
) -> None:
    """Statement 49: nothing begins, nothing is kept."""
    clerk = await member(cast, "operator")
    answer = await send(clerk, content)
    assert (answer.status, answer.fields) == (422, {"file": code})
    assert await count(cast, "import_jobs") == await count(cast, "files") == 0


async def test_the_most_rows_are_a_setting(cast: Cast) -> None:
    """Statement 49: one more than may be is refused at the door."""
    changed = {"importRows": 3}
    path = "/api/v1/admin/settings"
    match = {"If-Match": (await cast.admin.get(path)).headers.get("ETag", '"0"')}
    (await cast.admin.put(path, changed, headers=match)).data  # noqa: B018  # fails unless 2xx
    clerk = await member(cast, "operator")
    async with asyncio.timeout(10):
        while (answer := await send(clerk, many(4), "?dryRun=true")).status != 422:
            pass
    assert answer.fields == {"file": "too_many_rows"}
    assert (await send(clerk, many(3))).status == 202


async def test_formulas_stay_the_text_that_they_are(cast: Cast) -> None:
    """Statement 49: CSV formula cells are plain text."""
    clerk = await member(cast, "operator")
    formula = '=HYPERLINK("http://evil.example","x")'
    job = await over(cast, clerk, sheet({"item": formula, "notes": "@SUM(A1)"}))
    assert job["created"] == 1
    (item,) = await cast.stack.rows("SELECT title FROM order_items")
    assert item["title"] == formula


async def test_a_semicolon_file_with_a_mark_and_decimal_commas_is_taken(cast: Cast) -> None:
    """Statement 49: what spreadsheets of half of Europe write."""
    clerk = await member(cast, "operator")
    content = sheet(
        {"pickupLatitude": "41,15", "pickupLongitude": "-8,61", "item": "Café; “fresh”"},
        delimiter=";",
    )
    assert (await over(cast, clerk, b"\xef\xbb\xbf" + content))["created"] == 1
    (item,) = await cast.stack.rows("SELECT title FROM order_items")
    assert item["title"] == "Café; “fresh”"


async def test_a_retry_with_the_same_key_is_one_import(cast: Cast) -> None:
    clerk = await member(cast, "operator")
    answers = [await send(clerk, sheet({}), key="once") for _ in range(2)]
    assert answers[0].data == answers[1].data
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert await count(cast, "import_jobs") == 1


async def test_the_file_goes_when_the_import_is_over(cast: Cast) -> None:
    """Whom it names is nobody's business any more; the import is still there to read."""
    clerk = await member(cast, "operator")
    job = await over(cast, clerk, sheet({}))
    (row,) = await cast.stack.rows("SELECT deleted_at FROM files")
    assert row["deleted_at"] is not None
    await cast.stack.rows("UPDATE files SET deleted_at = now() - interval '1 hour'")
    await file_sweep.sweep(cast.stack.station)
    assert await count(cast, "files") == 0
    assert (await clerk.get(f"{PATH}/{job['id']}")).data["created"] == 1


async def test_a_file_deleted_before_its_turn_ends_the_import(cast: Cast) -> None:
    clerk = await member(cast, "operator")
    started = (await send(clerk, sheet({}))).data
    await cast.stack.rows("UPDATE files SET deleted_at = now()")
    await order_imports.run_once(cast.stack.station)
    job = (await clerk.get(f"{PATH}/{started['id']}")).data
    assert (job["status"], [e["code"] for e in job["errors"]]) == ("failed", ["file_gone"])


async def test_a_sender_who_was_removed_meanwhile_imports_nothing(cast: Cast) -> None:
    clerk = await member(cast, "operator")
    await send(clerk, sheet({}))
    path = f"/api/v1/admin/admins/{clerk.me['id']}"
    assert (await cast.admin.ask("DELETE", path)).status == 204
    await order_imports.run_once(cast.stack.station)
    (job,) = await cast.stack.rows("SELECT status, errors FROM import_jobs")
    assert (job["status"], job["errors"][0]["code"]) == ("failed", "no_account")
    assert await count(cast) == 0


async def test_an_import_is_read_by_its_sender_and_by_who_is_kept_to_no_zones(cast: Cast) -> None:
    here = await member(cast, "operator", zoneIds=[cast.zone_id])
    job = await over(cast, here, sheet({}))
    assert job["created"] == 1
    neighbour = await member(cast, "operator", zoneIds=[cast.zone_id])
    for who, status in ((here, 200), (cast.admin, 200), (neighbour, 404)):
        assert (await who.get(f"{PATH}/{job['id']}")).status == status


async def test_a_program_imports_for_its_company_and_a_test_key_imports_nothing(cast: Cast) -> None:
    company, _vendor = await cast.shop()
    other, _vendor = await cast.shop()
    till = await program(cast, "order:import", companyId=company)
    job = await over(cast, till, sheet({}))
    assert (job["created"], job["companyId"]) == (1, company)
    assert (await send(till, sheet({}), f"?companyId={other}")).fields == {
        "companyId": "other_company"
    }
    stranger = await program(cast, "order:import", companyId=other)
    assert (await stranger.get(f"{PATH}/{job['id']}")).status == 404
    tester = await program(cast, "order:import", isTest=True)
    assert (await send(tester, sheet({}))).code == "no_test_imports"


async def test_begin_and_end_are_in_the_audit_trail(cast: Cast) -> None:
    clerk = await member(cast, "operator")
    job = await over(cast, clerk, sheet({}))
    trail = (await cast.admin.get(f"/api/v1/admin/audit-logs?userId={clerk.me['id']}")).data
    told = {one["action"]: one for one in trail["items"] if one["entityId"] == job["id"]}
    assert set(told) == {"import.begin", "import.end"}
    assert told["import.end"]["newValues"]["ok"] == 1


def test_the_docs_name_every_column() -> None:
    page = (ROOT / "docs/operate/imports.md").read_text()
    for column in COLUMNS:
        assert f"`{column.name}`" in page, column.name
