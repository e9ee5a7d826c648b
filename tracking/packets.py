"""Packets of Socket.IO 5 over Engine.IO 4, as far as our protocol goes: text, default namespace."""

import json
from typing import Any

import orjson

from tracking.frames import TEXT, frame

EVENT, CONNECT, DISCONNECT = b"42", b"40", b"41"
PING_FRAME, DISCONNECT_FRAME = frame(TEXT, b"2"), frame(TEXT, DISCONNECT)
PONG = b"3"

_MOST_DIGITS = 18
INSTEAD = "send Socket.IO events: text, in the default namespace"


class NotAnEvent(Exception):
    """A packet that is not an event; the text says what to send instead."""


def opening(sid: str, ping_s: float, pong_s: float, most: int) -> bytes:
    """Return the frame of Engine.IO that comes first."""
    told = {
        "sid": sid,
        "upgrades": [],
        "pingInterval": round(ping_s * 1000),
        "pingTimeout": round(pong_s * 1000),
        "maxPayload": most,
    }
    return frame(TEXT, b"0" + orjson.dumps(told))


def connected(sid: str) -> bytes:
    """Return the frame that answers a client's `CONNECT`."""
    return frame(TEXT, CONNECT + orjson.dumps({"sid": sid}))


def refused(namespace: bytes, message: str) -> bytes:
    """Return the frame that refuses a client's `CONNECT`; `namespace` is empty for the default."""
    where = namespace + b"," if namespace else b""
    return frame(TEXT, b"44" + where + orjson.dumps({"message": message}))


def event(name: str, arguments: tuple[Any, ...]) -> bytes:
    """Return the frame of an event."""
    return frame(TEXT, EVENT + orjson.dumps([name, *arguments]))


def answer(number: bytes, value: Any) -> bytes:
    """Return the frame that acknowledges event `number`, with nothing for None."""
    return frame(TEXT, b"43" + number + orjson.dumps([] if value is None else [value]))


def read_event(packet: bytes) -> tuple[bytes, str, list[Any]]:
    """Return number (empty where no answer is wanted), name and arguments of an `EVENT`.

    Raises `NotAnEvent`. NaN and Infinity come through, so that the reader can name their field.
    """
    number, start = b"", 2
    if packet[2:3] != b"[":
        start = packet.find(b"[", 2, 3 + _MOST_DIGITS)
        number = packet[2:start]
        if start < 0 or not number.isdigit():
            raise NotAnEvent(INSTEAD)
    content = _content(packet[start:])
    if not content or not isinstance(content, list) or not isinstance(content[0], str):
        raise NotAnEvent(INSTEAD)
    return number, content[0], content[1:]


def _content(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        if b"\\u" in text:  # half a surrogate pair could never be said back
            raise NotAnEvent(f"not JSON: {error}") from error
    try:
        return json.loads(text)
    except RecursionError as error:
        raise NotAnEvent(INSTEAD) from error
    except ValueError as error:
        raise NotAnEvent(f"not JSON: {error}") from error


def read_connect(packet: bytes) -> bytes:
    """Return the namespace that a `CONNECT` names, empty for the default one."""
    if packet[2:3] != b"/":
        return b""
    return packet[2:].partition(b",")[0].partition(b"?")[0].strip().removesuffix(b"/") or b""
