"""The way of every request: who, how often, what, once; then one transaction, then one answer."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias

import orjson
from aiohttp import hdrs, web

from api.kit import idempotency, problems
from api.kit.actor import Actor
from api.kit.answer import Answer
from api.kit.clock import Clock
from api.kit.db import LOST_RACE, RETRY_SOON, Database
from api.kit.deadline import Deadline
from api.kit.download import AT_ONCE, Download, Stream, answer_to
from api.kit.endpoint import AnyEndpoint, Owner
from api.kit.errors import Forbidden, Unauthenticated, Unavailable
from api.kit.intake import Call, Intake
from api.kit.rate_limit import RateClass, RateLimited, RateLimiter, per_minute
from api.kit.request_notes import NOTE, Note
from api.kit.resources import Resources
from api.kit.sandbox import Sandbox
from api.kit.schema import TextFile
from api.kit.upload import Spool
from api.kit.work import Work, begin_work

Replied: TypeAlias = web.StreamResponse | Download
"""What an endpoint's handler gave, ready to go, or still to be read."""

Guard = Callable[[web.Request], Awaitable[Actor]]
"""Finds out who sends a request; raises `Unauthenticated` for bad credentials."""

BY_USER = {RateClass.READ, RateClass.WRITE, RateClass.UPLOAD, RateClass.EXPORT}
"""Limits that hold for a person, wherever they call from; the others hold for an address."""

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
    sandbox: Sandbox | None = None
    request_s: float = 10.0
    body_s: float = 10.0
    drawing_s: float = 120.0
    spool: Spool = field(default_factory=Spool)
    downloads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def patience_s(self, endpoint: AnyEndpoint) -> float:
        """Return how long a request may take, with its body."""
        if endpoint.takes_file:
            return self.spool.deadline_s + self.drawing_s
        return self.body_s + self.request_s

    async def test_world(self) -> Database:
        """Return the tables that test keys see."""
        if self.sandbox is None:
            raise Forbidden("This program has no test world: leave the test key out")
        return await self.sandbox.database()


def mount(app: web.Application, endpoint: AnyEndpoint, shell: Shell) -> None:
    """Register `endpoint` with the application's router."""
    way = _Way(endpoint, shell)
    deadline = Deadline(shell.patience_s(endpoint))

    async def serve(request: web.Request) -> web.StreamResponse:
        try:
            answer = await deadline.within(way.serve(request))
        except TimeoutError as error:
            raise Unavailable("This took too long: try again") from error
        if type(answer) is Stream:
            return await answer.flow(request, shell.downloads)
        return answer

    app.router.add_route(endpoint.method, endpoint.path, serve)
    if endpoint.reads_only:
        app.router.add_route("HEAD", endpoint.path, serve)


class _Way:
    """The way of the requests to one endpoint; what all of them share is worked out once."""

    def __init__(self, endpoint: AnyEndpoint, shell: Shell) -> None:
        self._endpoint, self._shell = endpoint, shell
        self._intake = Intake(endpoint, shell.body_s)
        self._takes_file, self._reads_only = endpoint.takes_file, endpoint.reads_only
        self._rate_class = endpoint.rate_class
        self._name = f"{endpoint.method} {endpoint.path}"
        reply = endpoint.signature.reply
        self._gives_file, self._gives_text = reply is Download, issubclass(reply, TextFile)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Return the answer to a request; raise what is wrong with it."""
        actor = await self._shell.guard(request)
        note = request[NOTE]
        note.actor = str(actor.key_id or "") or actor.signed_in_as
        if request.method == self._endpoint.method:  # and not HEAD
            note.endpoint = self._name
        limits = await self._count(actor)
        _admit(self._endpoint, actor)
        if self._takes_file:
            limit = self._endpoint.body_limit
            async with self._shell.spool.receive(request, limit) as upload:
                call = self._intake.take_file(request, actor, upload)
                answer = await self._act(request, note, actor, call)
        else:
            call = await self._intake.take(request, actor)
            answer = await self._act(request, note, actor, call)
        response = answer_to(request, answer) if type(answer) is Download else answer
        response.headers.update(limits)
        return response

    async def _count(self, actor: Actor) -> Mapping[str, str]:
        """Count the call; return the headers that tell what is left, raise where nothing is."""
        kind, limiter = self._rate_class, self._shell.limiter
        if actor.key_id is not None and kind is not RateClass.AUTH:
            kind = RateClass.KEY
            verdict = await limiter.count(kind, str(actor.key_id), per_minute(actor.calls_per_min))
        else:
            known = actor.user_id is not None and kind in BY_USER
            verdict = await limiter.count(kind, actor.signed_in_as if known else str(actor.address))
        if verdict is None:
            return {}
        if not verdict.allowed:
            raise RateLimited(kind, verdict)
        return verdict.headers(kind)

    async def _act(self, request: web.Request, note: Note, actor: Actor, call: Call) -> Replied:
        """Run the handler in a work of its own; again where it lost a race."""
        shell, attempt = self._shell, 0
        while True:
            attempt += 1
            try:
                async with begin_work(
                    await shell.test_world() if actor.is_test else shell.database,
                    shell.clock,
                    shell.resources,
                    actor,
                    request_id=note.request_id,
                    read_only=self._reads_only,
                ) as work:
                    work.expected_version = call.expected_version
                    if hdrs.COOKIE in request.headers:
                        work.sent_cookies = request.cookies
                    work.user_agent = request.headers.get(hdrs.USER_AGENT)
                    answer = await self._run(work, call, request)
                    if work.cookies and isinstance(answer, web.StreamResponse):
                        _set_cookies(answer, work, secure=shell.over_tls(request))
                    return answer
            except LOST_RACE as error:
                if attempt == ATTEMPTS:
                    message = "Others are changing the same thing: try again"
                    raise Unavailable(message, headers=RETRY_SOON) from error
            await asyncio.sleep(random.uniform(0.0, 0.05 * attempt))  # noqa: S311  # jitter only

    async def _run(self, work: Work, call: Call, request: web.Request) -> Replied:
        endpoint = self._endpoint
        if call.claim is not None:
            kept = await idempotency.take(work.db, call.claim)
            if kept is not None:
                answer = Answer(kept.body, kept.status)
                answer.headers[idempotency.REPLAYED] = "true"
                answer.headers.update(_location(endpoint, kept.body))
                return answer
        reply = await endpoint.handler(work, call.path, call.query, call.body)
        if self._gives_file:
            return reply  # type: ignore[no-any-return]  # a `Download`, says its annotation
        if self._gives_text:
            return problems.text_file(reply)
        content = problems.body_of(reply)
        if call.claim is not None:
            await idempotency.keep(work.db, call.claim, endpoint.status, content)
        answer = Answer(content, endpoint.status)
        if endpoint.location is not None:
            answer.headers.update(_location(endpoint, content))
        if endpoint.versioned:
            etag = f'"{reply.version}"'
            if etag in _known_tags(request):
                answer = Answer(b"", HTTPStatus.NOT_MODIFIED)
            answer.headers["ETag"] = etag
        return answer


def _admit(endpoint: AnyEndpoint, actor: Actor) -> None:
    if actor.is_test and endpoint.rate_class is RateClass.AUTH:
        raise Forbidden("Accounts are for live use: leave the test key out")
    if actor.may(endpoint.permission):
        if endpoint.owner is Owner.PLATFORM and actor.scope is not None:
            raise Forbidden("This is about the whole platform, and you are kept to some zones")
        return
    if actor.role is None:
        raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
    if actor.key_id is not None:
        raise Forbidden(f"This API key has no scope for it (it takes {endpoint.permission})")
    raise Forbidden(f"The role {actor.role} may not do this (it takes {endpoint.permission})")


def _known_tags(request: web.Request) -> list[str]:
    given = request.headers.get("If-None-Match", "").split(",")
    return [tag.strip().removeprefix("W/") for tag in given]


def _location(endpoint: AnyEndpoint, content: bytes) -> dict[str, str]:
    """Return where to read on, of an answer that may have been kept for a retry."""
    if endpoint.location is None:
        return {}
    return {"Location": endpoint.location.format(id=orjson.loads(content)["data"]["id"])}


def _set_cookies(response: web.StreamResponse, work: Work, *, secure: bool) -> None:
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
