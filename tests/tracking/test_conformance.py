"""Our socket endpoint beside python-socketio's server: the same conversation, the same transcript.

Held by both official clients, JavaScript's and Python's. Where ours differs on purpose (binary,
long polling, handlers of a client that comes back) is said in test_sockets.py and test_server.py.
"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.phone import Client
from tests.tracking.talkers import PING_S, Ours, Stock

MODULES = Path(__file__).resolve().parents[2] / "web" / "node_modules"
SCRIPT = Path(__file__).with_name("conversation.cjs")
STRANGE = {"ü": '日本 \u2028 "', "n": 1.5, "deep": [None, True, {}, -0.25, 1e21]}


async def javascript(url: str) -> list[Any]:
    """Hold the conversation with the official JavaScript client."""
    node = shutil.which("node")
    if node is None or not (MODULES / "socket.io-client").is_dir():
        pytest.skip("needs node and the pages' modules: python3 bootstrap.py setup")
    process = await asyncio.create_subprocess_exec(
        *(node, str(SCRIPT), str(MODULES), url),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        told, complaints = await process.communicate()
    assert process.returncode == 0, f"{complaints.decode()} {told.decode()}"
    found: list[Any] = json.loads(told)
    return found


@asynccontextmanager
async def speaking(url: str) -> AsyncIterator[Client]:
    """Return a Python client that was welcomed."""
    client = Client()
    await client.io.connect(url, transports=["websocket"], auth={"a": 1})
    try:
        await client.wait("welcome")
        yield client
    finally:
        await client.io.disconnect()
        if client.io.eio.http:
            await client.io.eio.http.close()


async def python(url: str) -> list[Any]:
    """Hold the same conversation with the official Python client."""
    seen: list[Any] = []
    async with speaking(url) as client:
        ask: Callable[..., Awaitable[Any]] = client.io.call
        seen += client.events
        seen.append(("connected", client.io.connected, type(client.io.get_sid()).__name__))
        seen.append(("echo", await ask("echo", STRANGE)))
        seen.append(("void", await ask("void")))
        order: list[Any] = []
        await client.io.emit("slow", "slow", callback=order.append)
        await client.io.emit("echo", "echo", callback=order.append)
        seen.append(("void again", await ask("void"), order))
        for room in ("a", "b"):
            await ask("join", room)
        await ask("shout", (["a", "b"], "once"))
        await ask("shout", (["nobody"], "never"))
        await ask("part", "a")
        await ask("shout", (["a"], "never"))
        await ask("shout", (["b"], "still"))
        seen.append(client.all("said"))
        await ask("count", 300)
        await client.wait("number", 300)
        seen.append(client.all("number"))
        seen.append(("big", await ask("echo", "é" * 4000)))
        await asyncio.sleep(2.5 * PING_S)
        seen.append(("still", client.io.connected, await ask("echo", 1)))
        async with speaking(url):
            pass
        await ask("gone", 1)
        async with speaking(url) as cut:
            await cut.io.eio.disconnect(abort=True)
            seen.append(("gone", await ask("gone", 2)))
        ended = asyncio.get_running_loop().create_future()
        client.io.on("disconnect", ended.set_result)
        await client.io.emit("leave")
        async with asyncio.timeout(10):
            seen.append(("ended", await ended))
    return seen


@pytest.mark.parametrize("client", [javascript, python])
async def test_official_clients_cannot_tell_our_endpoint_from_the_stock_one(
    client: Callable[[str], Awaitable[list[Any]]],
) -> None:
    """Answers, order, rooms, text of every kind, pings, farewells, other namespaces."""
    transcripts = []
    for server in (Stock(), Ours()):
        async with server.serving() as url:
            transcripts.append(await client(url))
    stock, ours = transcripts
    assert len(ours) > 8
    assert ours == stock
