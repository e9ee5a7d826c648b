"""The door: whoever has no ticket is turned away before a socket exists."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import aiohttp
import pytest
import socketio
from aiohttp import web
from redis.asyncio import Redis

from api.kit.redis import open_redis
from tests.tracking.gateways import BY_HAND, Hall, courier_grant, hall, link_grant, staff_grant
from tracking.crowd import Crowd
from tracking.policy import TrackingPolicy
from tracking.tickets import Grant

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}
IMPATIENT = TrackingPolicy(tick_ms=BY_HAND.tick_ms, connect_s=0.2)


async def knock(gateway_hall: Hall, ticket: str | None, **query: str) -> int:
    """Ask for a WebSocket; return the status of the answer, 101 where there is one."""
    asked = {"EIO": "4", "transport": "websocket"} | query
    if ticket is not None:
        asked["ticket"] = ticket
    url = gateway_hall.server.make_url("/socket.io/").with_query(asked)
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(url):
                return 101
        except aiohttp.WSServerHandshakeError as error:
            return error.status


def sessions(gateway_hall: Hall) -> int:
    """Return how many sockets are kept."""
    return len(gateway_hall.gateway.sockets)


async def test_a_ticket_opens_one_socket(gateway_hall: Hall) -> None:
    """The second time it is worth nothing."""
    ticket = await gateway_hall.ticket(link_grant(uuid4()))
    assert await knock(gateway_hall, ticket) == 101
    assert await knock(gateway_hall, ticket) == 401


@pytest.mark.parametrize(
    "ticket", [None, "", "guessed", "x" * 32, "\x00" * 32, "é" * 32, "x" * 5000]
)
async def test_without_a_ticket_there_is_no_socket(gateway_hall: Hall, ticket: str | None) -> None:
    """No, empty, forged, foreign, endless."""
    assert await knock(gateway_hall, ticket) == 401
    assert sessions(gateway_hall) == 0


async def test_bytes_that_are_no_text_are_no_ticket(gateway_hall: Hall) -> None:
    """Percent signs can spell anything."""
    base = str(gateway_hall.server.make_url("/socket.io/"))
    async with aiohttp.ClientSession() as session:
        for spelled in ("%ff%fe" * 10, "%ed%a0%80" * 10, "%00" * 30):
            url = f"{base}?EIO=4&transport=websocket&ticket={spelled}"
            async with session.get(url, headers=UPGRADE) as response:
                assert response.status == 401


async def test_strangers_leave_nothing_behind(gateway_hall: Hall) -> None:
    """A hundred handshakes without a ticket are a hundred answers and no session."""
    found = await asyncio.gather(*(knock(gateway_hall, "x" * 32) for _ in range(100)))
    assert set(found) == {401}
    assert sessions(gateway_hall) == len(gateway_hall.gateway.visitors) == 0


async def test_an_official_client_is_told_that_it_may_not_come_in(gateway_hall: Hall) -> None:
    """Its connect fails; it does not wait for an answer that never comes."""
    client = socketio.AsyncClient(reconnection=False)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(str(gateway_hall.server.make_url("/")), transports=["websocket"])
    await client.eio.http.close()


@pytest.mark.parametrize(
    ("method", "query"),
    [
        ("GET", {"transport": "polling"}),
        ("GET", {}),
        ("POST", {"transport": "polling"}),
        ("GET", {"transport": "websocket", "sid": "abc"}),
        ("POST", {"transport": "websocket", "sid": "abc"}),
        ("OPTIONS", {"transport": "polling"}),
    ],
)
async def test_long_polling_is_refused_and_leaves_the_ticket_whole(
    gateway_hall: Hall, method: str, query: dict[str, str]
) -> None:
    """Every way that a Socket.IO server could serve it."""
    ticket = await gateway_hall.ticket(link_grant(uuid4()))
    url = gateway_hall.server.make_url("/socket.io/").with_query(
        {"EIO": "4", "ticket": ticket} | query
    )
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, url, data=b"40" if method == "POST" else None) as response,
    ):
        assert response.status == 400
        told = await response.json()
        request_id = response.headers["X-Request-Id"]
    assert "websocket" in told.pop("message")
    assert told == {
        "success": False,
        "data": None,
        "code": "bad_request",
        "requestId": request_id,
        "errors": [],
    }
    assert sessions(gateway_hall) == 0
    assert await knock(gateway_hall, ticket) == 101


@pytest.mark.parametrize(
    "path", ["/socket.io", "//socket.io/", "/socket.io//", "/./socket.io/", "/SOCKET.IO/"]
)
async def test_no_other_spelling_of_the_path_goes_round_the_door(
    gateway_hall: Hall, path: str
) -> None:
    """Without a ticket none of them reaches the library."""
    host, port = gateway_hall.server.host, gateway_hall.server.port
    assert port is not None
    reader, writer = await asyncio.open_connection(host, port)
    head = (
        f"GET {path}?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    writer.write(head.encode())
    status = int((await reader.readline()).split()[1])
    writer.close()
    assert status in {400, 401, 404}
    assert sessions(gateway_hall) == 0


@pytest.mark.parametrize("path", ["/", "/nope", "/socket.io"])
async def test_where_there_is_no_door_the_answer_is_an_envelope(
    gateway_hall: Hall, path: str
) -> None:
    async with aiohttp.ClientSession() as session:
        answer = await session.get(gateway_hall.server.make_url(path))
        body = await answer.json()
    assert (answer.status, body["code"], body["success"]) == (404, "not_found", False)
    assert body["requestId"] == answer.headers["X-Request-Id"]


async def test_who_does_not_shake_hands_is_shown_out_and_who_did_stays(redis: Redis) -> None:
    """Neither who says nothing, nor who says something else first."""
    async with hall(redis, IMPATIENT) as opened, opened.connected(staff_grant()) as polite:
        async with opened.raw(link_grant(uuid4())) as silent:
            message = await silent.receive(timeout=30)
            assert message.type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE}
        async with opened.raw(courier_grant(uuid4())) as chatty:
            await chatty.send_str('42["p",1,[]]')
            assert (await chatty.receive(timeout=30)).type is not aiohttp.WSMsgType.TEXT
        await opened.rest()
        assert [visitor.grant.kind for visitor in opened.gateway.visitors] == ["staff"]
        assert sessions(opened) == 1
        assert polite.io.connected


@pytest.mark.parametrize(
    "changed",
    [
        {"Upgrade": "h2c"},
        {"Connection": "close"},
        {"Sec-WebSocket-Version": "8"},
        {"Sec-WebSocket-Key": "short"},
        {"Sec-WebSocket-Key": "AAAA"},
        {"Sec-WebSocket-Key": "?" * 24},
    ],
)
async def test_what_is_no_websocket_is_refused_and_leaves_the_ticket_whole(
    gateway_hall: Hall, changed: dict[str, str]
) -> None:
    """By the standard, to the letter."""
    ticket = await gateway_hall.ticket(link_grant(uuid4()))
    query = {"EIO": "4", "transport": "websocket", "ticket": ticket}
    url = gateway_hall.server.make_url("/socket.io/").with_query(query)
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers=UPGRADE | changed) as response,
    ):
        assert response.status == 400
    assert await knock(gateway_hall, ticket, EIO="3") == 400
    assert await knock(gateway_hall, ticket) == 101


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://console.example", 101),
        ("http://evil.example", 403),
        ("null", 403),
        ("http://[", 403),
        ("http://HOST:8080", 101),
    ],
)
async def test_only_pages_of_our_host_and_of_the_settings_may_connect(
    redis: Redis, origin: str, status: int
) -> None:
    """A page of somebody else could ride on a ticket it was given by mistake."""
    async with hall(redis, origins={"https://console.example"}) as opened:
        ticket = await opened.ticket(link_grant(uuid4()))
        query = {"EIO": "4", "transport": "websocket", "ticket": ticket}
        url = opened.server.make_url("/socket.io/").with_query(query)
        headers = {"Origin": origin.replace("HOST", str(url.host))}
        async with aiohttp.ClientSession() as session:
            try:
                async with session.ws_connect(url, headers=headers):
                    found = 101
            except aiohttp.WSServerHandshakeError as error:
                found = error.status
        assert found == status


async def test_without_redis_nobody_comes_in_and_everybody_may_try_again(
    gateway_hall: Hall,
) -> None:
    """503, not 401: the ticket was not looked at."""
    ticket = await gateway_hall.ticket(link_grant(uuid4()))
    real = gateway_hall.gateway.redis
    gateway_hall.gateway.redis = open_redis("unix:///nowhere/redis.sock", timeout_s=0.5)
    assert await knock(gateway_hall, ticket) == 503
    await gateway_hall.gateway.redis.aclose()
    gateway_hall.gateway.redis = real
    assert await knock(gateway_hall, ticket) == 101


async def test_when_the_program_stops_everybody_is_told_to_come_back(redis: Redis) -> None:
    """Before their sockets close; afterwards no task is left."""
    before = asyncio.all_tasks()
    async with hall(redis) as opened, opened.connected(staff_grant()) as dispatcher:
        await opened.server.close()
        assert await dispatcher.wait("bye") == ({"reason": "shutdown"},)
        assert len(opened.gateway.sockets) == 0
    assert not [repr(task) for task in asyncio.all_tasks() - before if not task.done()]


async def test_other_pages_of_the_program_need_no_ticket(redis: Redis) -> None:
    """Health and metrics are not sockets."""
    async with hall(redis) as opened:
        url = opened.server.make_url("/health/live")
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert response.status == web.HTTPNotFound.status_code, "served by api/realtime.py"


async def until_there_are(number: int, count: Callable[[], int]) -> None:
    """Wait until so many are there; the test's own time-out ends it otherwise."""
    while count() != number:  # noqa: ASYNC110  # what leaves tells nobody
        await asyncio.sleep(0.005)


@asynccontextmanager
async def follower(place: Hall, grant: Grant) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Yield a socket opened with a ticket for `grant`."""
    asked = {"EIO": "4", "transport": "websocket", "ticket": await place.ticket(grant)}
    url = place.server.make_url("/socket.io/").with_query(asked)
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as opened:
        yield opened


async def test_one_tracking_link_opens_so_many_sockets_and_no_more(redis: Redis) -> None:
    few = TrackingPolicy(tick_ms=BY_HAND.tick_ms, max_sockets_of_one=2)
    grant = link_grant(uuid4())
    async with hall(redis, few) as place, follower(place, grant):
        async with follower(place, grant):
            assert await knock(place, await place.ticket(grant)) == 429
            assert await knock(place, await place.ticket(link_grant(uuid4()))) == 101
        await until_there_are(1, lambda: sessions(place))
        assert await knock(place, await place.ticket(grant)) == 101


async def test_one_address_opens_so_many_sockets_and_no_more(redis: Redis) -> None:
    crowd = Crowd(100, 2)
    async with hall(redis, connections=crowd) as place:
        async with follower(place, link_grant(uuid4())), follower(place, link_grant(uuid4())):
            assert await knock(place, await place.ticket(link_grant(uuid4()))) == 429
        await until_there_are(0, lambda: crowd.inside)
