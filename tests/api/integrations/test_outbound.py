"""Calls to addresses of others: what leads into our network is refused, however written."""

import asyncio
import socket
from collections.abc import AsyncIterator
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from api.integrations import outbound
from api.integrations.outbound import NotSent, Outbound, is_allowed, is_public, wrong_with
from tests.support.receiver import Receiver, receiver

LOOPBACK = (ip_network("127.0.0.0/8"),)

REFUSED = [
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.255.255.254/",
    "https://0.0.0.0/",
    "https://0/",
    "https://10.0.0.1/",
    "https://10.255.255.255/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.1.1/",
    "https://3232235777/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0xa9fea9fe/",
    "https://192.0.0.8/",
    "https://198.18.0.1/",
    "https://192.0.2.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[2002:a00:1::1]/",
    "https://[2001::1]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[fc00::1]/",
    "https://[fd12:3456::1]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://[2001:db8::1]/",
    "https://[::ffff:169.254.169.254]/",
    "http://93.184.216.34/",
    "http://shop.example/",
    "ftp://shop.example/",
    "file:///etc/passwd",
    "gopher://shop.example/",
    "javascript:alert(1)",
    "unix:///var/run/docker.sock",
    "//shop.example/",
    "shop.example",
    "https://",
    "https:///hooks",
    "https://user:password@shop.example/",
    "https://shop.example@127.0.0.1/",
    "https://shop.example/#at",
    "https://shop.example:99999/",
    "https://shop.example:x/",
    "https://shop.example\\@127.0.0.1/",
    "https://shop.example /",
    "https://\u0661\u0662\u0667.0.0.1/",
    "https://\u24d4xample.com/",
    "https://[::1/",
]
NAMES = [
    "127.0.0.1",
    "10.1.2.3",
    "172.20.0.5",
    "192.168.0.10",
    "169.254.169.254",
    "100.100.0.1",
    "0.0.0.0",  # noqa: S104  # where a name leads
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:192.168.0.1",
    "fd00::1",
    "fe80::1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::1",
]
"""Where names may lead that look like anybody's."""


def leading(*addresses: str) -> outbound.Lookup:
    """Return a look-up that leads any name to each address in turn, the last for ever."""
    left = list(addresses)

    def lookup(_host: str, port: int) -> list[tuple[Any, ...]]:
        address = left.pop(0) if len(left) > 1 else left[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        place = (address, port) if family is socket.AF_INET else (address, port, 0, 0)
        return [(family, socket.SOCK_STREAM, 6, "", place)]

    return lookup


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    """Return a server of ours that nobody outside should reach."""
    async with receiver() as one:
        yield one


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_leads_to_us_or_nowhere_is_refused_at_the_door(url: str) -> None:
    problem = wrong_with(url, ())
    assert problem is not None
    assert problem.startswith("must ")


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example/hooks",
        "https://shop.example:8443/a?b=c",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        "https://xn--e1afmkfd.example/",
    ],
)
def test_anybodys_address_is_taken(url: str) -> None:
    assert wrong_with(url, ()) is None


@pytest.mark.parametrize("url", REFUSED)
async def test_nothing_is_sent_to_a_refused_address(url: str) -> None:
    """The door may have been passed under other settings: it is checked again, each time."""
    sender = Outbound(())
    try:
        with pytest.raises(NotSent):
            await sender.post(url, b"{}", {})
    finally:
        await sender.close()


@pytest.mark.parametrize("address", NAMES)
async def test_a_name_that_leads_to_us_is_refused(there: Receiver, address: str) -> None:
    sender = Outbound((), leading(address))
    try:
        with pytest.raises(NotSent, match="not a public one"):
            await sender.post(f"https://shop.example:{there.port}/x", b"{}", {})
    finally:
        await sender.close()
    assert not there.heard


async def test_what_counts_is_where_the_connection_goes_not_what_the_name_meant_before(
    there: Receiver,
) -> None:
    """DNS rebinding: allowed at the first look-up, ours at the second."""
    networks = (ip_network("127.0.0.1/32"),)
    sender = Outbound(networks, leading("127.0.0.1", "127.0.0.2"))
    url = f"http://shop.example:{there.port}/x"
    try:
        assert (await sender.post(url, b"{}", {})).status == 200
        with pytest.raises(NotSent, match="not a public one"):
            await sender.post(url, b"{}", {})
    finally:
        await sender.close()
    assert len(there.heard["x"]) == 1


async def test_a_redirect_is_not_followed(there: Receiver) -> None:
    there.answers["x"] = [302]
    sender = Outbound(LOOPBACK)
    try:
        assert (await sender.post(there.url("x"), b"{}", {})).status == 302
    finally:
        await sender.close()
    assert not there.heard["elsewhere"]


async def test_plain_http_goes_into_named_networks_only() -> None:
    sender = Outbound(LOOPBACK, leading("93.184.216.34"))
    try:
        with pytest.raises(NotSent, match="not a public one"):
            await sender.post("http://shop.example/x", b"{}", {})
    finally:
        await sender.close()


async def test_an_endless_answer_is_not_read() -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    app = web.Application()
    app.router.add_post("/", endless)
    server = TestServer(app)
    await server.start_server()
    sender = Outbound(LOOPBACK)
    try:
        assert (await sender.post(f"http://127.0.0.1:{server.port}/", b"{}", {})).status == 200
    finally:
        await sender.close()
        await server.close()


@pytest.mark.parametrize("drip", [b"", b"X"])
async def test_who_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch, drip: bytes) -> None:
    """Silence ends the wait, and so does an answer that comes byte by byte."""
    monkeypatch.setattr(outbound, "TOTAL_S", 0.5)

    async def mute(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        try:
            while True:
                writer.write(drip)
                await writer.drain()
                await asyncio.sleep(0.05)
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sender = Outbound(LOOPBACK)
    try:
        with pytest.raises(NotSent, match="No answer in time"):
            await sender.post(f"http://127.0.0.1:{port}/", b"{}", {})
    finally:
        await sender.close()
        server.close()


async def test_who_refuses_the_connection_is_told_of() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens there
        sender = Outbound(LOOPBACK)
        try:
            with pytest.raises(NotSent, match="No connection"):
                await sender.post(f"http://127.0.0.1:{held.getsockname()[1]}/", b"{}", {})
        finally:
            await sender.close()


def test_a_named_network_is_found_in_every_spelling_of_its_addresses() -> None:
    for text in ("127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"):
        assert is_allowed(ip_address(text), LOOPBACK, public=False)
        assert not is_public(ip_address(text))
    assert not is_allowed(ip_address("::1"), LOOPBACK, public=True)
