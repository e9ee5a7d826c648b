"""Pictures for tests: drawn here, good ones and bad ones."""

import io
import struct
import zlib

from PIL import Image


def drawing(
    kind: str = "JPEG", width: int = 600, height: int = 400, *, mode: str = "RGB", turned: int = 1
) -> bytes:
    """Return a picture, red on the left and blue on the right, with a place in its metadata."""
    picture = Image.new("RGB", (width, height), (200, 30, 30))
    picture.paste((30, 30, 200), (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x010E] = "taken at Rua das Flores 77"
    buffer = io.BytesIO()
    picture.convert(mode).save(buffer, kind, exif=exif)
    return buffer.getvalue()


def opened(content: bytes) -> Image.Image:
    """Return a picture that came from the API."""
    return Image.open(io.BytesIO(content))


def png_that_says(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims to be so large, and unpacks to black."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * min(200_000, (width // 8 + 1) * height))
    parts = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
