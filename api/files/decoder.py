"""Decodes one picture in a process of its own: `python decoder.py`, a request in, pictures out.

Pictures come from strangers, and decoders have had holes. So this process starts with an empty
environment, may use little memory and time, can write no file, and lives for one picture. It
imports nothing of ours. In: a line of JSON, then the picture. Out: a line of JSON, then the
pictures behind one another.
"""

import io
import json
import resource
import sys
from typing import Any

MEMORY_BYTES = 1 << 30
CPU_S = 8
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 4096

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_QUALITY = {"JPEG": {"quality": 85, "optimize": True}, "WEBP": {"quality": 82, "method": 4}}


class Refused(Exception):
    """A picture that is not taken: a code, and what to do."""


def limit() -> None:
    """Take from this process what it does not need."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(what, (most, most))


def render(wish: dict[str, Any], raw: bytes) -> list[tuple[dict[str, Any], bytes]]:
    """Return the picture drawn anew, without what was hidden in it, and its smaller variants."""
    from PIL import Image, ImageOps  # noqa: PLC0415  # after the limits

    kind = _FORMATS[wish["contentType"]]
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        opened: Image.Image = Image.open(io.BytesIO(raw), formats=(kind,))
        if opened.width * opened.height > MOST_PIXELS:
            raise Refused("too_many_pixels")
        if opened.mode not in {"RGB", "RGBA", "L"}:
            opened = opened.convert(_mode(opened.mode, kind))
        opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # early: the rest then needs little memory
        plain = ImageOps.exif_transpose(opened).convert(_mode(opened.mode, kind))
    except Image.DecompressionBombError as error:
        raise Refused("too_many_pixels") from error
    except (OSError, SyntaxError, ValueError, MemoryError, Image.DecompressionBombWarning) as error:
        raise Refused("broken_picture") from error
    drawn = [_encoded("", plain, kind)]
    for size in wish["sizes"]:
        small = ImageOps.fit(plain, (size, size)) if wish["square"] else _within(plain, size)
        drawn.append(_encoded(str(size), small, kind))
    return drawn


def _mode(mode: str, kind: str) -> str:
    """Return how pixels are kept: with transparency where there is some and the format can."""
    return "RGBA" if kind != "JPEG" and mode in {"RGBA", "LA", "PA", "P"} else "RGB"


def _within(picture: Any, side: int) -> Any:
    """Return the picture, smaller where a side is longer than `side`."""
    copy = picture.copy()
    copy.info = {}
    copy.thumbnail((side, side))
    return copy


def _encoded(name: str, picture: Any, kind: str) -> tuple[dict[str, Any], bytes]:
    picture.info = {}
    buffer = io.BytesIO()
    picture.save(buffer, kind, **_QUALITY.get(kind, {}))
    content = buffer.getvalue()
    told = {"name": name, "width": picture.width, "height": picture.height, "bytes": len(content)}
    return told, content


def main() -> int:
    """Read a picture, write what became of it."""
    limit()
    wish = json.loads(sys.stdin.buffer.readline())
    raw = sys.stdin.buffer.read()
    try:
        drawn = render(wish, raw)
        answer: dict[str, Any] = {"pictures": [told for told, _content in drawn]}
    except Refused as refused:
        drawn, answer = [], {"refused": str(refused)}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    for _told, content in drawn:
        sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
