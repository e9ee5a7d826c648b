"""Webhooks beside each other and beside the orders: who is slow or dead waits alone."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from api.integrations import outbound
from api.settings import Settings
from benchmarks.city.waiting import wait_until
from jobs.webhook_sender import WebhookSender
from tests.jobs.test_webhook_sender import hook, service
from tests.support.cast import Cast
from tests.support.receiver import Receiver, receiver

ORDERS = 6
DEAD = 10
PATIENCE_S = 60


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings by which webhooks may come to this machine."""
    return settings.model_copy(update={"webhook_networks": ("127.0.0.0/8",)})


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls hang for as long as any test runs: none of it is a matter of seconds."""
    monkeypatch.setattr(outbound, "READ_S", 3600.0)
    monkeypatch.setattr(outbound, "TOTAL_S", 3600.0)


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    """Return a server of somebody else's."""
    async with receiver() as one:
        yield one


async def looks_until(cast: Cast, there: Receiver, tenant: str, wanted: int) -> int:
    """Send until a tenant has heard so much; return how many looks of the sender that took."""
    sender = WebhookSender(cast.stack.station)
    looks = 0
    try:
        async with asyncio.timeout(PATIENCE_S):
            while len(there.heard[tenant]) < wanted:
                await sender.run_once()
                looks += 1
                await asyncio.sleep(0.05)
        assert there.given_up == 0  # nothing that hangs has ended meanwhile
    finally:
        await sender.close()
    return looks


async def test_who_hangs_refuses_or_fails_delays_neither_other_tenants_nor_orders(
    cast: Cast, there: Receiver
) -> None:
    """Statement 48: all that is for others arrives while every call that hangs still hangs."""
    customer = await cast.customer()
    await hook(cast, there.url("well"), events=["order.placed"])
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens there
        there.hanging.add("hangs")
        there.answers["fails"] = [500] * 1000
        for url in (
            there.url("hangs"),
            f"http://127.0.0.1:{held.getsockname()[1]}/refuses",
            there.url("fails"),
        ):
            await hook(cast, url, events=["order.placed", "order.moved", "delivery.moved"])
        async with cast.stack.live(), asyncio.timeout(PATIENCE_S):
            placed = [await cast.order(customer) for _ in range(ORDERS)]
            for order in placed:
                assert (await cast.delivery_of(order))["status"]  # orders go on
            assert await wait_until(lambda: len(there.heard["well"]) == ORDERS)
            assert await wait_until(lambda: there.heard["hangs"] and there.heard["fails"])
            assert there.given_up == 0  # nobody has waited for a call that hangs
    assert len({one.id for one in there.heard["well"]}) == ORDERS
    tried = await cast.stack.rows(
        "SELECT DISTINCT w.url FROM webhook_messages AS m JOIN webhooks AS w ON w.id = m.webhook_id"
        " WHERE m.attempts > 0"
    )
    assert len(tried) == 4


async def test_it_takes_as_many_looks_beside_dead_tenants_as_alone(
    cast: Cast, there: Receiver
) -> None:
    """Statement 48: one tenant's messages, alone and beside many whose calls all hang."""
    customer, owner = await cast.customer(), await service(cast)
    await hook(cast, there.url("well"), owner, events=["order.placed"])
    for _ in range(ORDERS):
        await cast.order(customer)
    alone = await looks_until(cast, there, "well", ORDERS)
    there.hanging.add("hangs")
    for _ in range(DEAD):
        await hook(cast, there.url("hangs"), owner, events=["order.placed"])
    for _ in range(ORDERS):
        await cast.order(customer)
    beside = await looks_until(cast, there, "well", 2 * ORDERS)
    assert len(there.heard["hangs"]) >= DEAD
    assert beside <= 3 * alone + 5
