"""The doors that phone apps of others knock at: Traccar Client and OsmAnd, and OwnTracks.

These apps cannot sign in and do not know our envelope, so their doors are no rows of the endpoint
table. The token of a device is the only credential; it stands where each app lets one write it.
"""

import asyncio
import base64
import binascii
import logging
from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from api.devices import receiving
from api.devices.reading import Reading, only, osmand_json, osmand_query, owntracks
from api.devices.receiving import Taken, UnknownDevice
from api.kit.actor import Actor
from api.kit.endpoint import KIB
from api.kit.errors import ApiError, BodyTooLarge, RequestTimeout, Unavailable
from api.kit.json_door import check_json
from api.kit.metrics import Metrics
from api.kit.middlewares import request_id_of
from api.kit.rate_limit import RateClass, RateLimited
from api.kit.redis import Redis, RedisError
from api.kit.request_notes import NOTE
from api.kit.serving import Shell
from api.kit.work import begin_work
from api.trails.history import History
from tracking import reported

log = logging.getLogger("api.devices")

OSMAND, OWNTRACKS = "/phones/osmand", "/phones/owntracks"
BODY_LIMIT = 64 * KIB
Report: TypeAlias = tuple[str, list[Reading]]


def add_receivers(
    app: web.Application,
    shell: Shell,
    redis: Redis,
    metrics: Metrics,
    address_of: Callable[[web.Request], str | None],
) -> None:
    """Register the receivers; `address_of` tells from where a request comes."""
    receivers = Receivers(shell, redis, metrics, address_of)
    app.router.add_get(OSMAND, receivers.osmand, allow_head=False)
    app.router.add_post(OSMAND, receivers.osmand)
    app.router.add_post(OWNTRACKS, receivers.owntracks)


class Receivers:
    """What the receivers share: the way of a report from the request to live tracking."""

    def __init__(
        self,
        shell: Shell,
        redis: Redis,
        metrics: Metrics,
        address_of: Callable[[web.Request], str | None],
    ) -> None:
        self._shell = shell
        self._redis = redis
        self._metrics = metrics
        self._address_of = address_of
        self._history = History()

    async def osmand(self, request: web.Request) -> web.Response:
        """Take in what Traccar Client or OsmAnd sends; they look at the status only."""
        await self._receive(request, await _osmand_report(request, self._shell.body_s))
        return web.Response()

    async def owntracks(self, request: web.Request) -> web.Response:
        """Take in what OwnTracks sends; it reads a list of messages for itself: none."""
        body = await _json(request, self._shell.body_s)
        await self._receive(request, (_password(request), owntracks(body)))
        return web.Response(text="[]", content_type="application/json")

    async def _receive(self, request: web.Request, report: Report) -> None:
        token, readings = report
        await self._count(RateClass.PHONE, token)
        try:
            async with asyncio.timeout(self._shell.request_s):
                taken = await self._take(request, token, readings)
        except TimeoutError as error:
            raise Unavailable("This took too long: try again") from error
        except UnknownDevice:
            await self._count(RateClass.AUTH, str(self._address_of(request)))
            raise
        for result in set(taken.results):
            self._metrics.fixes.labels(result).inc(taken.results.count(result))
        if taken.report is not None:
            await self._tell(taken.report)

    async def _count(self, kind: RateClass, caller: str) -> None:
        verdict = await self._shell.limiter.count(kind, caller)
        if verdict is not None and not verdict.allowed:
            raise RateLimited(kind, verdict)

    async def _take(self, request: web.Request, token: str, readings: list[Reading]) -> Taken:
        shell = self._shell
        try:
            async with begin_work(
                shell.database,
                shell.clock,
                shell.resources,
                Actor(address=self._address_of(request)),
                request_id=request_id_of(request),
            ) as work:
                device, courier = await receiving.device_of(work, token)
                request[NOTE].actor = str(device.id)
                return await receiving.take(work, device, courier, readings, self._history)
        except ApiError:
            raise
        except BaseException:
            self._history.forget()
            raise

    async def _tell(self, report: reported.Report) -> None:
        try:
            async with self._redis.pipeline(transaction=True) as pipeline:
                reported.add(pipeline, report)
                await pipeline.execute()
        except RedisError:
            log.warning("a durable fix is not shown: redis does not answer")


async def _osmand_report(request: web.Request, deadline_s: float) -> Report:
    """Return the token and the fixes of a query, a form or JSON: apps differ, ages of one too."""
    if request.content_type == "application/json":
        body = await _json(request, deadline_s)
        named = body.get("device_id") if isinstance(body, dict) else None
        return str(named or ""), osmand_json(body)
    sent = list(request.query.items())
    if not sent and request.content_type == "application/x-www-form-urlencoded":
        text = (await _body(request, deadline_s)).decode(errors="replace")
        sent = parse_qsl(text, keep_blank_values=True)
    values = {name: only(sent, name) for name, _value in sent if name in _PARAMETERS}
    return values.get("id", values.get("deviceid", "")), [osmand_query(values)]


_PARAMETERS = frozenset({
    *("id", "deviceid", "lat", "lon", "location", "timestamp"),
    *("speed", "bearing", "heading", "accuracy"),
})


def _password(request: web.Request) -> str:
    """Return the password of HTTP Basic authentication, whoever the user is; else nothing."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        _user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return ""
    return password


async def _json(request: web.Request, deadline_s: float) -> Any:
    raw = await _body(request, deadline_s)
    check_json(raw)
    return orjson.loads(raw)


async def _body(request: web.Request, deadline_s: float) -> bytes:
    raw = bytearray()
    try:
        async with asyncio.timeout(deadline_s):
            async for chunk in request.content.iter_any():
                raw += chunk
                if len(raw) > BODY_LIMIT:
                    raise BodyTooLarge(f"At most {BODY_LIMIT // KIB} KiB are taken here")
    except TimeoutError as error:
        raise RequestTimeout(headers={"Connection": "close"}) from error
    return bytes(raw)
