"""Bad input: whatever a phone or a stranger sends is refused or bounded, and others go on."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from tests.tracking.gateways import (
    BY_HAND,
    EPOCH,
    HERE,
    NOW_MS,
    Hall,
    courier_grant,
    hall,
    hello,
    plan_of,
    reading,
    staff_grant,
    until,
)
from tracking.policy import TrackingPolicy

GOOD_FIXES = 30
SILENT = 2000
AT_ONCE = 100
DAY_MS = 86_400_000


@asynccontextmanager
async def going_on(opened: Hall) -> AsyncIterator[None]:
    """Let another phone send fixes while the block runs; all of them must be taken."""
    courier_id = uuid4()
    await opened.on_shift(plan_of(courier_id))
    async with opened.connected(courier_grant(courier_id)) as phone:
        await phone.io.call("hello", hello())

        async def ride() -> None:
            for seq in range(1, GOOD_FIXES + 1):
                await phone.io.call("p", (EPOCH, [reading(seq)]))

        riding = asyncio.create_task(ride(), name="ride")
        yield
        await riding
        taken = [one.fix.seq for one in opened.waiting() if one.courier_id == courier_id]
        assert taken == list(range(1, GOOD_FIXES + 1))
        assert phone.io.connected
        assert not phone.all("oops")


def said(*readings: Any, epoch: int = EPOCH) -> str:
    """Return a `p` event as it lies on the wire."""
    return "42" + json.dumps(["p", epoch, list(readings)])


@pytest.mark.parametrize(
    ("packets", "results", "answers"),
    [
        ([said(reading(1)), said(reading(1)), said(reading(1))], {"duplicate": 2}, []),
        ([said(reading(1, t_ms=NOW_MS + DAY_MS))], {"future": 1}, []),
        ([said(reading(1, t_ms=NOW_MS - 2 * DAY_MS))], {"outdated": 1}, []),
        ([said(reading(1, lat=90.5)), said(reading(2, lat=0.0, lng=0.0))], {"invalid": 2}, []),
        ([said(reading(1, lng=-181.0))], {"invalid": 1}, []),
        ([said(reading(1), epoch=EPOCH + 1)], {}, ["hello_first"]),
        ([said(reading(7))], {}, ["hello_first"]),
        ([said(*[reading(1)] * 201)], {}, ["too_many_fixes"]),
        ([said([1, "now", *HERE]), said([1, -1, *HERE])], {}, ["bad_payload"] * 2),
        ([said([1, NOW_MS, 1e12, 0.0])], {}, ["bad_payload"]),
        (['42["f",1,"!!"]', '42["f",1,"AAAA"]', "42{"], {}, ["bad_payload"] * 3),
        (['42["view",{"bbox":[1,2,3,4]}]', '42["join","order:1"]'], {}, ["not_allowed", None]),
        (['42["p"' + "[" * 20_000], {}, ["bad_payload"]),
        (['42["nonsense"]'] * 9, {}, ["unknown_event"] * 5),
    ],
    ids=[
        "replayed",
        "future-dated",
        "of the day before yesterday",
        "off the globe",
        "beyond the date line",
        "of another epoch",
        "with a gap",
        "too many",
        "no times",
        "astronomic",
        "no records",
        "of others' events",
        "deeply nested",
        "again and again",
    ],
)
async def test_what_a_phone_should_not_send_is_refused_or_marked_and_others_go_on(
    gateway_hall: Hall, packets: list[str], results: dict[str, int], answers: list[str | None]
) -> None:
    """By its reason, kept; or by an answer that names the mistake; at most five times."""
    courier_id = uuid4()
    await gateway_hall.on_shift(plan_of(courier_id))
    async with going_on(gateway_hall), gateway_hall.raw(courier_grant(courier_id)) as socket:
        for packet in ("40", "421" + json.dumps(["hello", hello(1)]), *packets, '42["view",1]'):
            await socket.send_str(packet)
        heard = []
        async with asyncio.timeout(10):
            while len(heard) < min(len(answers) + 1, 5):  # the last packet is a mistake, too
                told = str((await socket.receive()).data)
                heard += [json.loads(told[2:])[1]["code"]] if told.startswith('42["oops"') else []
        for code, expected in zip(heard, answers, strict=False):
            assert code == (expected or "unknown_event")
    gateway_hall.waiting()
    counted = gateway_hall.counts.results
    assert {name: counted[name] for name in results} == results


async def raw_socket(
    opened: Hall, extensions: str = ""
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes]:
    """Open a WebSocket by hand; return it with the head of the answer."""
    host, port = str(opened.server.host), int(opened.server.port or 0)
    reader, writer = await asyncio.open_connection(host, port)
    path = f"/socket.io/?EIO=4&transport=websocket&ticket={await opened.ticket(staff_grant())}"
    head = (
        f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"{extensions}\r\n"
    )
    writer.write(head.encode())
    return reader, writer, await reader.readuntil(b"\r\n\r\n")


async def test_a_compression_bomb_is_never_inflated(gateway_hall: Hall) -> None:
    """Compression is not agreed to, however it is offered; a frame that uses it is the end."""
    offer = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    bomb = zlib.compress(bytes(20_000_000), 9)[:30_000]
    async with going_on(gateway_hall):
        reader, writer, answer = await raw_socket(gateway_hall, offer)
        assert answer.startswith(b"HTTP/1.1 101")
        assert b"extensions" not in answer.lower()
        writer.write(bytes((0x81, 0x82, 0, 0, 0, 0)) + b"40")
        writer.write(bytes((0xC1, 0xFE)) + len(bomb).to_bytes(2, "big") + bytes(4) + bomb)
        rest = b""
        with suppress(ConnectionError):
            async with asyncio.timeout(10):
                while part := await reader.read(65_536):
                    rest += part
        assert rest.endswith(bytes((0x88, 0x02)) + (1002).to_bytes(2, "big"))
        writer.close()
    await until(lambda: len(gateway_hall.gateway.sockets) == 0)


@pytest.mark.timeout(300)
async def test_two_thousand_silent_sockets_are_shown_out_and_others_go_on(redis: Redis) -> None:
    """They hold a ticket and never say who they are; nothing of them stays."""
    policy = TrackingPolicy(tick_ms=BY_HAND.tick_ms, durable_poll_s=3600.0, connect_s=20.0)
    async with hall(redis, policy) as opened:
        writers = []
        for _ in range(SILENT // AT_ONCE):
            for _reader, writer, answer in await asyncio.gather(
                *(raw_socket(opened) for _ in range(AT_ONCE))
            ):
                assert answer.startswith(b"HTTP/1.1 101")
                writers.append(writer)
        assert len(opened.gateway.sockets) > AT_ONCE
        async with going_on(opened):
            pass
        await until(lambda: len(opened.gateway.sockets) == 0, within_s=60.0)
        assert len(opened.gateway.visitors) == 0
        for writer in writers:
            writer.close()


async def test_a_ticket_of_somebody_else_writes_nobody_elses_fixes(gateway_hall: Hall) -> None:
    """Whose fixes they are says the ticket, not the payload."""
    mine, theirs = uuid4(), uuid4()
    await gateway_hall.on_shift(plan_of(mine), plan_of(theirs))
    async with gateway_hall.connected(courier_grant(mine)) as phone:
        await phone.io.emit("hello", hello() | {"courierId": str(theirs)})
        assert (await phone.wait("oops"))[0]["field"] == "courierId"
        await phone.io.call("hello", hello())
        await phone.io.call("p", (EPOCH, [reading(1)]))
    assert [one.courier_id for one in gateway_hall.waiting()] == [mine]
