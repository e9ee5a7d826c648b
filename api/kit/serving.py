"""The way of every request: who, how often, what, once; then one transaction, then one answer."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from api.kit import idempotency, problems
from api.kit.actor import Actor
from api.kit.clock import Clock
from api.kit.db import LOST_RACE, RETRY_SOON, Database
from api.kit.endpoint import KIB, AnyEndpoint, Idempotency, Owner
from api.kit.errors import (
    BodyTooLarge,
    FieldError,
    Forbidden,
    IdempotencyKeyMissing,
    InvalidInput,
    PreconditionRequired,
    RequestTimeout,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from api.kit.field_errors import field_errors
from api.kit.idempotency import Claim
from api.kit.json_door import parse_body
from api.kit.middlewares import ACTOR_ID, request_id_of
from api.kit.rate_limit import RateClass, RateLimited, RateLimiter, per_minute
from api.kit.resources import Resources
from api.kit.schema import TextFile
from api.kit.transfer import Download, Upload, give, take
from api.kit.work import Work, begin_work

Model = TypeVar("Model", bound=BaseModel)

Guard = Callable[[web.Request], Awaitable[Actor]]
"""Finds out who sends a request; raises `Unauthenticated` for bad credentials."""

_PER_USER = frozenset({RateClass.READ, RateClass.WRITE, RateClass.EXPORT})
"""Kinds of calls that are counted by user; the others by network address."""

ATTEMPTS = 3
"""How often a transaction is tried that lost a race (deadlock, serialization failure)."""


@dataclass(frozen=True, slots=True)
class Shell:
    """What endpoints need of the program around them; `*_s` are deadlines in seconds.

    Cookies that answer a request `over_tls` are sent over TLS only.
    """

    database: Database
    clock: Clock
    resources: Resources
    guard: Guard
    limiter: RateLimiter
    over_tls: Callable[[web.Request], bool] = lambda request: request.secure
    request_s: float = 10.0
    body_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request, parsed and admitted."""

    actor: Actor
    path: Any
    query: Any
    body: Any
    claim: Claim | None
    expected_version: int | None
    request: web.Request


def mount(app: web.Application, endpoint: AnyEndpoint, shell: Shell) -> None:
    """Register `endpoint` with the application's router."""

    async def serve(request: web.Request) -> web.Response:
        try:
            async with asyncio.timeout(shell.request_s + shell.body_s):
                return await _serve(endpoint, request, shell)
        except TimeoutError as error:
            raise Unavailable("This took too long: try again") from error

    app.router.add_route(endpoint.method, endpoint.path, serve)
    if endpoint.reads_only:
        app.router.add_route("HEAD", endpoint.path, serve)


async def _serve(endpoint: AnyEndpoint, request: web.Request, shell: Shell) -> web.Response:
    actor = await shell.guard(request)
    request[ACTOR_ID] = str(actor.key_id or actor.user_id or "")
    limits = await _count(endpoint, shell.limiter, actor)
    _admit(endpoint, actor)
    call = await _parse(endpoint, request, shell, actor)

    async def once() -> web.Response | Download:
        async with begin_work(
            shell.database,
            shell.clock,
            shell.resources,
            actor,
            request_id=request_id_of(request),
            read_only=endpoint.reads_only,
        ) as work:
            work.expected_version = call.expected_version
            work.sent_cookies = request.cookies
            answer = await _run(endpoint, work, call)
            if isinstance(answer, web.Response):
                _set_cookies(answer, work, secure=shell.over_tls(request))
            return answer

    answer = await _again_after_lost_race(once)
    # a file is read when the database's connection has been given back
    response = await give(answer, request) if isinstance(answer, Download) else answer
    response.headers.update(limits)
    return response


def _admit(endpoint: AnyEndpoint, actor: Actor) -> None:
    if actor.may(endpoint.permission):
        if endpoint.owner is Owner.PLATFORM and actor.scope is not None:
            raise Forbidden("This is about the whole platform, and you are kept to some zones")
        return
    if actor.role is None:
        raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
    if actor.key_id is not None:
        raise Forbidden(f"This API key has no scope for it (it takes {endpoint.permission})")
    raise Forbidden(f"The role {actor.role} may not do this (it takes {endpoint.permission})")


async def _count(endpoint: AnyEndpoint, limiter: RateLimiter, actor: Actor) -> dict[str, str]:
    kind = endpoint.rate_class
    if actor.key_id is not None and kind is not RateClass.AUTH:
        kind = RateClass.KEY
        verdict = await limiter.count(kind, str(actor.key_id), per_minute(actor.calls_per_min))
    else:
        known = actor.user_id is not None and kind in _PER_USER
        verdict = await limiter.count(kind, actor.caller if known else str(actor.address))
    if verdict is None:
        return {}
    if not verdict.allowed:
        raise RateLimited(kind, verdict)
    return verdict.headers(kind)


async def _parse(endpoint: AnyEndpoint, request: web.Request, shell: Shell, actor: Actor) -> Call:
    path_model, query_model, body_model, _reply = endpoint.signature
    body: BaseModel
    if body_model is Upload:
        upload = await _take_file(endpoint, request, shell.body_s)
        raw, body = upload.content, upload
    else:
        raw = await _read_body(endpoint, request, shell.body_s)
        body = parse_body(body_model, raw)
    return Call(
        actor=actor,
        path=_values(path_model, request.match_info),
        query=_values(query_model, _query_values(query_model, request)),
        body=body,
        claim=_claim(endpoint, request, actor, raw),
        expected_version=_expected_version(request) if endpoint.demands_version else None,
        request=request,
    )


async def _take_file(endpoint: AnyEndpoint, request: web.Request, deadline_s: float) -> Upload:
    try:
        async with asyncio.timeout(deadline_s):
            return await take(request, endpoint.body_limit)
    except TimeoutError as error:
        raise RequestTimeout(headers={"Connection": "close"}) from error


async def _read_body(endpoint: AnyEndpoint, request: web.Request, deadline_s: float) -> bytes:
    if not request.body_exists:
        return b""
    if request.content_type != problems.JSON:
        raise UnsupportedMediaType
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType("JSON is taken as UTF-8 only: send it so, and leave charset out")
    limit = endpoint.body_limit
    too_large = BodyTooLarge(f"At most {limit // KIB} KiB are taken here")
    if (request.content_length or 0) > limit:
        raise too_large
    raw = bytearray()
    try:
        async with asyncio.timeout(deadline_s):
            async for chunk in request.content.iter_any():
                raw += chunk
                if len(raw) > limit:
                    raise too_large
    except TimeoutError as error:
        raise RequestTimeout(headers={"Connection": "close"}) from error
    return bytes(raw)


def _claim(endpoint: AnyEndpoint, request: web.Request, actor: Actor, raw: bytes) -> Claim | None:
    header = request.headers.get(idempotency.HEADER)
    if header is None:
        if endpoint.key_rule is Idempotency.REQUIRED:
            raise IdempotencyKeyMissing("Send an Idempotency-Key header, for example a UUID")
        return None
    if endpoint.key_rule is Idempotency.UNUSED:
        return None
    route = f"{endpoint.method} {request.path}"
    return idempotency.claim_of(header, caller=actor.caller, route=route, raw=raw)


def _known_tags(request: web.Request) -> list[str]:
    given = request.headers.get("If-None-Match", "").split(",")
    return [tag.strip().removeprefix("W/") for tag in given]


def _expected_version(request: web.Request) -> int:
    given = request.headers.get("If-Match", "").strip('" ')
    if not (given.isascii() and given.isdigit()) or len(given) > 9:
        raise PreconditionRequired('Send If-Match with the ETag you read, for example "3"')
    return int(given)


async def _run(endpoint: AnyEndpoint, work: Work, call: Call) -> web.Response | Download:
    if call.claim is not None:
        kept = await idempotency.take(work.db, call.claim)
        if kept is not None:
            return problems.success(kept.body, kept.status, {idempotency.REPLAYED: "true"})
    reply = await endpoint.handler(work, call.path, call.query, call.body)
    if isinstance(reply, Download):
        return reply
    if isinstance(reply, TextFile):
        return problems.text_file(reply)
    content = problems.body_of(reply)
    if call.claim is not None:
        await idempotency.keep(work.db, call.claim, endpoint.status, content)
    etag = f'"{reply.version}"' if endpoint.versioned else None
    if etag is not None and etag in _known_tags(call.request):
        return problems.success(b"", 304, {"ETag": etag})
    return problems.success(content, endpoint.status, {"ETag": etag} if etag else {})


def _set_cookies(response: web.Response, work: Work, *, secure: bool) -> None:
    for cookie in work.cookies:
        response.set_cookie(
            cookie.name,
            cookie.value,
            path=cookie.path,
            max_age=cookie.max_age_s,
            httponly=True,
            samesite="Strict",
            secure=secure,
        )


async def _again_after_lost_race(
    once: Callable[[], Awaitable[web.Response | Download]],
) -> web.Response | Download:
    for attempt in range(1, ATTEMPTS):
        try:
            return await once()
        except LOST_RACE:
            await asyncio.sleep(random.uniform(0.0, 0.05 * attempt))  # noqa: S311  # jitter only
    try:
        return await once()
    except LOST_RACE as error:
        message = "Others are changing the same thing: try again"
        raise Unavailable(message, headers=RETRY_SOON) from error


def _values(model: type[Model], values: Mapping[str, Any]) -> Model:
    for name, value in values.items():
        if any("\x00" in text for text in (name, *([value] if isinstance(value, str) else value))):
            shown = name.replace("\x00", "")
            raise InvalidInput(fields=[FieldError(shown, "invalid_text", "take the NUL out")])
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise InvalidInput(fields=field_errors(model, error)) from error


def _query_values(model: type[BaseModel], request: web.Request) -> dict[str, Any]:
    """Return the query parameters; those that the model takes as lists keep every value."""
    lists = {
        field.alias
        for field in model.model_fields.values()
        if "list[" in str(field.annotation).lower()
    }
    values = {name: request.query.getall(name) for name in request.query}
    if many := [name for name, given in values.items() if len(given) > 1 and name not in lists]:
        message = "this stands in the query more than once: send it once"
        raise InvalidInput(fields=[FieldError(name, "duplicate_key", message) for name in many])
    return {name: given if name in lists else given[0] for name, given in values.items()}
