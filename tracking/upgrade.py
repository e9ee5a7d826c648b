"""From an HTTP request to a WebSocket of our own: the handshake of RFC 6455, the transport ours."""

import base64
import binascii
import hashlib
from typing import Any

from aiohttp import hdrs, web

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_VERSION = "13"
_KEY_BYTES = 16


class NotAWebSocket(Exception):
    """A request that does not ask for a WebSocket as the standard has it."""


def key_of(request: web.Request) -> bytes:
    """Return the key of a request for a WebSocket; raise `NotAWebSocket` for any other."""
    headers = request.headers
    upgrades = headers.get(hdrs.UPGRADE, "").strip().lower()
    connection = {word.strip().lower() for word in headers.get(hdrs.CONNECTION, "").split(",")}
    if request.method != hdrs.METH_GET or upgrades != "websocket" or "upgrade" not in connection:
        raise NotAWebSocket("only WebSockets are served here")
    if headers.get(hdrs.SEC_WEBSOCKET_VERSION) != _VERSION:
        raise NotAWebSocket("WebSocket version 13 is served")
    key = headers.get(hdrs.SEC_WEBSOCKET_KEY, "")
    try:
        is_key = len(base64.b64decode(key, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        is_key = False
    if not is_key:
        raise NotAWebSocket("Sec-WebSocket-Key is 16 bytes in base64")
    return key.encode()


def accepted(key: bytes) -> bytes:
    """Return the response that accepts a WebSocket; no extension, no subprotocol."""
    token = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + token + b"\r\n\r\n"
    )


def take_over(request: web.Request) -> tuple[Any, web.Response]:
    """Take the transport away from the HTTP server; None where the client has left meanwhile.

    For aiohttp it is as if the client had gone in the middle of the request: it drops all that it
    holds of the connection, and the response that we return is written to nobody.
    """
    http = request.protocol
    transport, http.transport = http.transport, None
    nothing = web.Response()
    if transport is None or transport.is_closing():
        http.transport = transport
        return None, nothing
    http.connection_lost(None)
    return transport, nothing
