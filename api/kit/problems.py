"""Answers: the envelope `{success, data, message, errors}` and, on request, RFC 9457 problems."""

from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel

from api.kit.answer import JSON, NO_STORE
from api.kit.errors import ApiError
from api.kit.schema import TextFile

PROBLEM = "application/problem+json"


def body_of(reply: BaseModel | None) -> bytes:
    """Return the envelope of a success."""
    data = b"null" if reply is None else reply.__pydantic_serializer__.to_json(reply, by_alias=True)
    return b'{"success":true,"data":' + data + b',"message":null}'


def text_file(reply: TextFile) -> web.Response:
    """Return a file, to be kept under its name."""
    disposition = f'attachment; filename="{reply.file_name}"'
    return web.Response(
        text=reply.text,
        content_type=reply.media_type,
        charset="utf-8",
        headers={**NO_STORE, "Content-Disposition": disposition},
    )


def failure(error: ApiError, request: web.Request, request_id: str) -> web.Response:
    """Return an error as the envelope, or as a problem where the client asked for one."""
    errors = [{"field": f.field, "code": f.code, "message": f.message} for f in error.fields]
    wants_problem = PROBLEM in request.headers.get("Accept", "")
    if wants_problem:
        content: dict[str, Any] = {
            "type": f"/docs/errors#{error.code}",
            "title": error.title,
            "status": error.status,
            "detail": error.message,
            "instance": request.path,
            "code": error.code,
            "requestId": request_id,
            "errors": errors,
        }
    else:
        content = {
            "success": False,
            "data": None,
            "message": error.message,
            "code": error.code,
            "requestId": request_id,
            "errors": errors,
        }
    return web.Response(
        body=orjson.dumps(content),
        status=error.status,
        content_type=PROBLEM if wants_problem else JSON,
        headers={**NO_STORE, **error.headers},
    )
