"""What every request passes: a request id, a log line, metrics, one rendering of every error.

Nothing here holds a transaction, a lock or a timer: a middleware wraps a socket for its whole life.
"""

import logging
import random
import re
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from api.kit import logs
from api.kit.answer import SECURITY_HEADERS
from api.kit.db import OUT_OF_REACH as DATABASE_OUT_OF_REACH
from api.kit.db import RETRY_SOON
from api.kit.errors import (
    ApiError,
    BadRequest,
    BodyTooLarge,
    MethodNotAllowed,
    NotFound,
    Unavailable,
    UnsupportedMediaType,
)
from api.kit.metrics import Metrics
from api.kit.problems import failure
from api.kit.redis import OUT_OF_REACH as REDIS_OUT_OF_REACH
from api.kit.request_notes import NOTE, Note, RequestNotes

log = logging.getLogger("api.http")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HEADER = "X-Request-Id"
_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

_FROM_AIOHTTP: dict[int, tuple[type[ApiError], str]] = {
    400: (BadRequest, "The request is not HTTP that we understand"),
    404: (NotFound, "There is nothing at this path; the API is described at /docs"),
    405: (MethodNotAllowed, "This path does not take that method; see /docs"),
    413: (BodyTooLarge, "The request body is too large"),
}


def request_id_of(request: web.Request) -> str:
    """Return the id under which this request is logged and answered; empty where none is."""
    note = request.get(NOTE)
    return note.request_id if note is not None else ""


def shell(metrics: Metrics) -> Callable[..., Awaitable[web.StreamResponse]]:
    """Return the outermost middleware: id, log line, metrics, errors."""
    notes = RequestNotes(metrics)

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get(HEADER)
        if given and _GOOD_ID.fullmatch(given):
            request_id = given
        else:  # no secret: only no other's
            request_id = f"{random.getrandbits(128):032x}"
        note = request[NOTE] = Note(request_id)
        logs.context.set({"request_id": request_id})  # aiohttp gives each request a task of its own
        status = 500
        try:
            response = await _answer(request, handler, request_id)
            status = response.status
            if not response.prepared:
                response.headers[HEADER] = request_id
            return response
        finally:
            notes.take(request, note, status)

    return answer


async def _answer(request: web.Request, handler: Handler, request_id: str) -> web.StreamResponse:
    try:
        encodings = request.headers.getall(hdrs.CONTENT_ENCODING, ())
        if encodings and set(encodings) != {"identity"}:
            raise UnsupportedMediaType("Compressed request bodies are not taken: send plain JSON")
        return await handler(request)
    except ApiError as error:
        return failure(error, request, request_id)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        kind, message = _FROM_AIOHTTP.get(error.status, (BadRequest, error.reason))
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return failure(kind(message, headers=headers), request, request_id)
    except (*DATABASE_OUT_OF_REACH, *REDIS_OUT_OF_REACH):
        log.warning("a server that we need does not answer", exc_info=True)
        return failure(Unavailable(headers=RETRY_SOON), request, request_id)
    except Exception:
        log.exception("unexpected error")
        return failure(ApiError(), request, request_id)


async def add_security_headers(  # noqa: RUF029  # the signal awaits its receivers
    _request: web.Request, response: web.StreamResponse
) -> None:
    """Add the headers that every answer carries (an `on_response_prepare` signal)."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
