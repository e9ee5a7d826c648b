"""Taking files in while things go wrong: seen as it runs, resumed, given up; and in full."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from api.imports import taking
from jobs import order_imports
from tests.api.imports.test_order_imports import PATH, count, counted, many, over, send, sheet
from tests.api.staff.test_service import member
from tests.support.cast import Cast


@asynccontextmanager
async def held(cast: Cast) -> AsyncIterator[None]:
    """Keep every order from being written, until the end."""
    async with cast.stack.database.transaction() as db:
        await db.execute("LOCK TABLE orders IN SHARE MODE")
        yield


async def waits_for_orders(cast: Cast) -> None:
    """Wait until somebody waits to write an order."""
    async with asyncio.timeout(30):
        while not await cast.stack.rows(
            "SELECT 1 FROM pg_locks WHERE relation = 'orders'::regclass AND NOT granted"
        ):
            pass


async def test_progress_is_seen_while_it_runs_and_a_second_worker_keeps_out(cast: Cast) -> None:
    """Statement 49: the import is running, its rows are checked, none is there yet."""
    clerk = await member(cast, "operator")
    started = (await send(clerk, many(450))).data
    async with held(cast):
        running = asyncio.create_task(order_imports.run_once(cast.stack.station))
        await waits_for_orders(cast)
        seen = (await clerk.get(f"{PATH}/{started['id']}")).data
        assert (seen["status"], counted(seen)) == ("running", (450, 450, 450, 0, 0, 0))
        await order_imports.run_once(cast.stack.station)  # returns at once
    await running
    assert (await clerk.get(f"{PATH}/{started['id']}")).data["created"] == 450
    assert await count(cast) == 450


async def test_an_import_that_breaks_off_in_the_middle_is_resumed_without_doubles(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statement 49: its connection is killed between two batches; nothing is left of it."""
    clerk = await member(cast, "operator")
    started = (await send(clerk, many(500))).data
    save = taking.placing.save
    saved = 0

    async def killed(work: Any, orders: Any) -> Any:
        nonlocal saved
        done = await save(work, orders)
        saved += len(done)
        if saved == 400:
            pid = await work.db.fetchval("SELECT pg_backend_pid()")
            await cast.stack.rows("SELECT pg_terminate_backend($1)", pid)
        return done

    monkeypatch.setattr(taking.placing, "save", killed)
    with pytest.raises(Exception, match=r"does not answer|terminat|closed"):
        await order_imports.run_once(cast.stack.station)
    assert (saved, await count(cast)) == (400, 0)
    broken = (await clerk.get(f"{PATH}/{started['id']}")).data
    assert (broken["status"], broken["created"]) == ("running", 0)
    monkeypatch.undo()
    await order_imports.run_once(cast.stack.station)
    done = (await clerk.get(f"{PATH}/{started['id']}")).data
    assert (done["status"], done["created"], await count(cast)) == ("done", 500, 500)
    await order_imports.run_once(cast.stack.station)
    assert await count(cast) == 500


async def test_an_import_that_always_fails_by_our_fault_is_given_up(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ones behind it go on."""
    clerk = await member(cast, "operator")
    first = (await send(clerk, sheet({"reference": "poison"}))).data
    second = (await send(clerk, sheet({"reference": "fine"}))).data
    save = taking.placing.save

    async def failing(work: Any, orders: Any) -> Any:
        if orders[0].order.external_reference == "poison":
            message = "a fault of ours"
            raise RuntimeError(message)
        return await save(work, orders)

    monkeypatch.setattr(taking.placing, "save", failing)
    for _ in range(order_imports.MOST_ATTEMPTS + 1):
        await order_imports.run_once(cast.stack.station)
    given_up = (await clerk.get(f"{PATH}/{first['id']}")).data
    assert (given_up["status"], given_up["errors"][0]["code"]) == ("failed", "gave_up")
    assert (await clerk.get(f"{PATH}/{second['id']}")).data["created"] == 1


async def test_a_reference_that_is_taken_while_the_file_runs_is_found_there_the_next_time(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statement 49: a race with POST /api/v1/orders makes no double."""
    clerk = await member(cast, "admin")
    started = (await send(clerk, sheet({}, {}))).data
    save = taking.placing.save

    async def raced(work: Any, orders: Any) -> Any:
        monkeypatch.undo()
        draft = {
            "externalReference": "A-1",
            "pickup": {"latitude": 41.15, "longitude": -8.61, "address": "x"},
            "dropoff": {"latitude": 41.16, "longitude": -8.63, "address": "y"},
            "items": [{"title": "A parcel"}],
        }
        (await clerk.post("/api/v1/orders", draft, key=uuid4().hex)).data  # noqa: B018
        return await save(work, orders)

    monkeypatch.setattr(taking.placing, "save", raced)
    await order_imports.run_once(cast.stack.station)
    await order_imports.run_once(cast.stack.station)
    done = (await clerk.get(f"{PATH}/{started['id']}")).data
    assert (done["created"], done["existing"], await count(cast)) == (1, 1, 2)


async def test_ten_thousand_rows_are_all_taken_and_again_none(cast: Cast) -> None:
    """Statement 49: in full."""
    clerk = await member(cast, "operator")
    content = many(10_000)
    began = time.monotonic()
    job = await over(cast, clerk, content)
    print(f"10,000 rows in {time.monotonic() - began:.1f} s")
    assert (job["status"], counted(job)) == ("done", (10_000, 10_000, 10_000, 0, 0, 10_000))
    (row,) = await cast.stack.rows(
        "SELECT count(*) AS orders, count(DISTINCT order_number) AS numbers, "
        "(SELECT count(*) FROM order_items) AS items, "
        "(SELECT count(*) FROM order_status_history) AS steps, "
        "(SELECT count(*) FROM outbox WHERE topic LIKE 'order%') AS events FROM orders"
    )
    assert tuple(row) == (10_000, 10_000, 10_000, 40_000, 40_000)
    again = await over(cast, clerk, content)
    assert (again["status"], counted(again)) == ("done", (10_000, 10_000, 0, 10_000, 0, 0))
    broken = content.replace(b"A-9999,41.15", b"B-9999,north")
    wrong = await over(cast, clerk, broken)
    assert (wrong["status"], [e["row"] for e in wrong["errors"]]) == ("failed", [10_001])
    assert await count(cast) == 10_000
