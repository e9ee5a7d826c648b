"""An S3 server for tests: one bucket in memory, every request's signature checked.

AWS Signature Version 4 in the Authorization header (with the body's hash), as S3 clients send it.
A wrong signature, a wrong key or a changed body is refused with 403, as by S3.
"""

import asyncio
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import quote

from aiohttp import web

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 "
    r"Credential=(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/s3/aws4_request, ?"
    r"SignedHeaders=(?P<headers>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass
class S3Server:
    """A bucket named `bucket`, for whoever holds the secret."""

    bucket: str = "hermod-files"
    region: str = "eu-test-1"
    access_key: str = "AKTEST"
    secret: str = "a secret of the tests"
    objects: dict[str, bytes] = field(default_factory=dict)
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    failing: int = 0
    failing_parts: bool = False
    refused: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0

    def __post_init__(self) -> None:
        """Let everybody in until a test closes the door."""
        self.open.set()

    def app(self) -> web.Application:
        """Return the server as an application."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", f"/{self.bucket}/{{key:.+}}", self._serve)
        app.router.add_post(f"/{self.bucket}", self._serve)
        return app

    async def _serve(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.failing:
            self.failing -= 1
            return web.Response(status=500, text="<Error><Code>InternalError</Code></Error>")
        if not self._is_signed(request, body):
            self.refused += 1
            return _error(403, "SignatureDoesNotMatch")
        self.waiting += 1
        await self.open.wait()
        self.waiting -= 1
        if request.method == "POST" and "delete" in request.query:
            return self._delete_many(body.decode())
        key = request.match_info["key"]
        if "uploadId" in request.query or "uploads" in request.query:
            return self._in_parts(request, key, body)
        if request.method == "PUT":
            self.objects[key] = body
            return web.Response(headers={"ETag": _tag(body)})
        if request.method == "DELETE":
            self.objects.pop(key, None)
            return web.Response(status=204)
        content = self.objects.get(key)
        if content is None:
            return _error(404, "NoSuchKey")
        return _part(request, content)

    def _in_parts(self, request: web.Request, key: str, body: bytes) -> web.Response:
        """Begin, go on with, finish or give up an object that comes in parts."""
        if "uploads" in request.query:
            self.parts[key] = {}
            return _xml("InitiateMultipartUploadResult", f"<Key>{key}</Key><UploadId>u</UploadId>")
        if request.method == "PUT":
            if self.failing_parts:
                return web.Response(status=500)
            self.parts[key][int(request.query["partNumber"])] = body
            return web.Response(headers={"ETag": _tag(body)})
        parts = self.parts.pop(key)
        if request.method == "DELETE":
            return web.Response(status=204)
        self.objects[key] = b"".join(parts[number] for number in sorted(parts))
        told = f"<Key>{key}</Key><ETag>{escape(_tag(self.objects[key]))}</ETag>"
        return _xml("CompleteMultipartUploadResult", told)

    def _delete_many(self, asked: str) -> web.Response:
        keys = [unescape(key) for key in re.findall(r"<Key>(.*?)</Key>", asked)]
        for key in keys:
            self.objects.pop(key, None)
        told = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
        return _xml("DeleteResult", told)

    def _is_signed(self, request: web.Request, body: bytes) -> bool:
        found = _AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
        if found is None or found["key"] != self.access_key or found["region"] != self.region:
            return False
        told = request.headers.get("x-amz-content-sha256", "")
        if told != hashlib.sha256(body).hexdigest():
            return False
        names = found["headers"].split(";")
        canonical = "\n".join([
            request.method,
            quote(request.path, safe="/-_.~"),
            _query(request.query_string),
            *(f"{name}:{' '.join(request.headers[name].split())}" for name in names),
            "",
            found["headers"],
            told,
        ])
        scope = f"{found['date']}/{self.region}/s3/aws4_request"
        text = "\n".join([
            "AWS4-HMAC-SHA256",
            request.headers["x-amz-date"],
            scope,
            hashlib.sha256(canonical.encode()).hexdigest(),
        ])
        key = f"AWS4{self.secret}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        made = hmac.digest(key, text.encode(), "sha256").hex()
        return hmac.compare_digest(made, found["signature"])


def _query(text: str) -> str:
    """Return the query as it is signed: in order, each name with an equals sign."""
    parts = [part if "=" in part else f"{part}=" for part in text.split("&") if part]
    return "&".join(sorted(parts))


def _part(request: web.Request, content: bytes) -> web.Response:
    headers = {"ETag": _tag(content), "Last-Modified": "Sat, 21 Nov 2026 12:00:00 GMT"}
    asked = re.fullmatch(r"bytes=(\d+)-(\d+)", request.headers.get("Range", ""))
    if asked is None:
        return web.Response(body=content, headers=headers)
    start, last = int(asked[1]), min(int(asked[2]), len(content) - 1)
    headers["Content-Range"] = f"bytes {start}-{last}/{len(content)}"
    return web.Response(status=206, body=content[start : last + 1], headers=headers)


def _tag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _xml(name: str, told: str) -> web.Response:
    text = f'<?xml version="1.0"?><{name}>{told}</{name}>'
    return web.Response(text=text, content_type="application/xml")


def _error(status: int, code: str) -> web.Response:
    text = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>"
    return web.Response(status=status, text=text, content_type="application/xml")
