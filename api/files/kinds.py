"""Which kinds of file are taken, and how large a picture is: told by its first bytes, undecoded.

JPEG: ITU-T T.81, B.2. PNG: W3C PNG, 11.2.2. WebP: RFC 9649.
"""

import struct
from typing import BinaryIO

JPEG, PNG, WEBP, PDF = "image/jpeg", "image/png", "image/webp", "application/pdf"
CSV = "text/csv"
"""Has no first bytes of its own: whoever takes such files looks into them."""

PICTURES = frozenset({JPEG, PNG, WEBP})
TAKEN = (JPEG, PNG, WEBP, PDF)
ENDINGS = {JPEG: "jpg", PNG: "png", WEBP: "webp", PDF: "pdf", CSV: "csv"}
MOST_SEGMENTS = 1000
"""So many segments may stand before the frame of a JPEG; cameras write a few dozen."""


class Broken(ValueError):
    """The file does not hold what its first bytes promise."""


def kind_of(head: bytes) -> str | None:
    """Return the content type of a file that we take by its first 16 bytes; None for any other."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    return PDF if head.startswith(b"%PDF-") else None


def dimensions(file: BinaryIO, kind: str) -> tuple[int, int]:
    """Return width and height in pixels as the header says; raise `Broken` where it says none."""
    file.seek(0)
    try:
        width, height = _READERS[kind](file)
    except (struct.error, IndexError, KeyError) as error:
        raise Broken("the picture has no whole header") from error
    if width <= 0 or height <= 0:
        raise Broken("the picture has no size")
    return width, height


def _jpeg(file: BinaryIO) -> tuple[int, int]:
    file.seek(2)
    for _ in range(MOST_SEGMENTS):
        marker = _marker(file)
        if marker in _FRAMES:
            _length, _precision, height, width = struct.unpack(">HBHH", file.read(7))
            return width, height
        if marker in _STANDALONE:
            continue
        if marker in _ENDS:
            break
        (length,) = struct.unpack(">H", file.read(2))
        if length < 2:
            break
        file.seek(length - 2, 1)
    raise Broken("the picture has no frame")


def _marker(file: BinaryIO) -> int:
    if file.read(1) != b"\xff":
        raise Broken("the picture has bytes between its segments")
    code = file.read(1)[0]
    while code == 0xFF:  # fill bytes
        code = file.read(1)[0]
    return code


_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_ENDS = {0xD9, 0xDA}


def _png(file: BinaryIO) -> tuple[int, int]:
    file.seek(8)
    length, name, width, height = struct.unpack(">I4sII", file.read(16))
    if (length, name) != (13, b"IHDR"):
        raise Broken("the picture does not begin with its header")
    return width, height


def _webp(file: BinaryIO) -> tuple[int, int]:
    head = file.read(30)
    match head[12:16]:
        case b"VP8X":
            return 1 + _little(head[24:27]), 1 + _little(head[27:30])
        case b"VP8L" if head[20] == 0x2F:
            (bits,) = struct.unpack("<I", head[21:25])
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 " if head[23:26] == b"\x9d\x01\x2a":
            width, height = struct.unpack("<HH", head[26:30])
            return width & 0x3FFF, height & 0x3FFF
    raise Broken("the picture has no frame")


def _little(three: bytes) -> int:
    if len(three) != 3:
        raise Broken("the picture has no whole header")
    return int.from_bytes(three, "little")


_READERS = {JPEG: _jpeg, PNG: _png, WEBP: _webp}
