"""WebSocket frames as a server reads and writes them (RFC 6455, without extensions)."""

from collections.abc import Iterator

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
BAD_FRAME, TOO_BIG = 1002, 1009

_CONTINUED = 0x0
_FINAL, _RESERVED, _OPCODE = 0x80, 0x70, 0x0F
_MASKED, _LENGTH = 0x80, 0x7F
_MEDIUM, _LARGE = 126, 127
_LONGEST_CONTROL = 125
_SHORTEST = 6

Message = tuple[int, bytes]
"""An opcode and the payload, unmasked and put together."""


class BrokenFrame(Exception):
    """A client sends what is not WebSocket or too much; `code` is to be told when closing."""

    def __init__(self, code: int) -> None:
        super().__init__(f"close code {code}")
        self.code = code


class FrameReader:
    """Takes bytes as they come; gives whole messages, each shorter than `most` bytes."""

    __slots__ = ("_kind", "_most", "_parts", "_rest")

    def __init__(self, most: int) -> None:
        """Begin after the handshake."""
        self._most = most
        self._rest: bytes | bytearray = b""
        self._kind = _CONTINUED
        self._parts = b""

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield the messages that `data` completes; take all of them before feeding again.

        Raises `BrokenFrame` after the messages before it.
        """
        chunk: bytes | bytearray = data
        if self._rest:
            chunk, self._rest = self._rest, b""
            chunk += data
        at, size = 0, len(chunk)
        while size - at >= _SHORTEST:
            head, start, length = self._header(chunk, at)
            if size - start < length:
                break
            at = start + length
            payload = _unmasked(chunk[start - 4 : start], chunk[start:at], length)
            if head == _FINAL | TEXT and self._kind == _CONTINUED:
                yield TEXT, payload
            elif (message := self._assemble(head, payload)) is not None:
                yield message
        if at < size:
            self._rest = bytearray(chunk[at:]) if at or chunk is data else chunk

    def _header(self, chunk: bytes | bytearray, at: int) -> tuple[int, int, int]:
        """Return first byte, beginning and length of the payload of the frame at a place.

        A length that has not all come yet is one that lies beyond the end.
        """
        head, second = chunk[at], chunk[at + 1]
        length, start = second & _LENGTH, at + _SHORTEST
        if not second & _MASKED or head & _RESERVED:
            raise BrokenFrame(BAD_FRAME)
        if length >= _MEDIUM:
            extra = 2 if length == _MEDIUM else 8
            start += extra
            if len(chunk) < start:
                return head, start, 0
            length = int.from_bytes(chunk[at + 2 : at + 2 + extra], "big")
        if length >= self._most:
            raise BrokenFrame(TOO_BIG)
        return head, start, length

    def _assemble(self, head: int, payload: bytes) -> Message | None:
        """Return the message that a frame completes, if it does."""
        kind, is_final = head & _OPCODE, bool(head & _FINAL)
        if kind in {CLOSE, PING, PONG}:
            if not is_final or len(payload) > _LONGEST_CONTROL:
                raise BrokenFrame(BAD_FRAME)
            return kind, payload
        continues = kind == _CONTINUED
        if kind not in {_CONTINUED, TEXT, BINARY} or continues != (self._kind != _CONTINUED):
            raise BrokenFrame(BAD_FRAME)
        self._kind = kind or self._kind
        self._parts += payload
        if len(self._parts) >= self._most:
            raise BrokenFrame(TOO_BIG)
        if not is_final:
            return None
        message = self._kind, self._parts
        self._kind, self._parts = _CONTINUED, b""
        return message


def _unmasked(mask: bytes | bytearray, payload: bytes | bytearray, length: int) -> bytes:
    masks = (mask * (length // 4 + 1))[:length]
    plain = int.from_bytes(payload, "little") ^ int.from_bytes(masks, "little")
    return plain.to_bytes(length, "little")


def frame(kind: int, payload: bytes) -> bytes:
    """Return a whole message as one frame of a server."""
    length = len(payload)
    if length < _MEDIUM:
        return bytes((_FINAL | kind, length)) + payload
    if length < 1 << 16:
        return bytes((_FINAL | kind, _MEDIUM)) + length.to_bytes(2, "big") + payload
    return bytes((_FINAL | kind, _LARGE)) + length.to_bytes(8, "big") + payload


def closing(code: int) -> bytes:
    """Return the frame that ends a connection with `code`."""
    return frame(CLOSE, code.to_bytes(2, "big"))
