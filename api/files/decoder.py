"""Decodes one picture in a process of its own: a picture in, pictures out.

Pictures come from strangers, and decoders have had holes. So this process starts with an empty
environment, may use little memory and time, can make no file longer, and lives for one picture. It
imports nothing of ours. In: what is wanted as JSON in the first argument, the picture as standard
input, a file. Out: a line of JSON, then the pictures behind one another.
"""

import io
import json
import resource
import sys
from typing import Any, BinaryIO

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


def render(wish: dict[str, Any], source: BinaryIO) -> list[tuple[dict[str, Any], bytes]]:
    """Return the picture drawn anew, without what was hidden in it, and its smaller variants."""
    from PIL import Image, ImageOps  # noqa: PLC0415  # after the limits

    kind = _FORMATS[wish["contentType"]]
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        opened: Image.Image = Image.open(source, formats=(kind,))
        if opened.width * opened.height > MOST_PIXELS:
            raise Refused("too_many_pixels")
        opened = _plain(opened, kind)
        opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # early: the rest then needs little memory
        whole = _in_srgb(ImageOps.exif_transpose(opened)).convert(_mode(opened.mode, kind))
    except Image.DecompressionBombError as error:
        raise Refused("too_many_pixels") from error
    except (OSError, SyntaxError, ValueError, MemoryError, Image.DecompressionBombWarning) as error:
        raise Refused("broken_picture") from error
    drawn = [_encoded(whole, kind)]
    for size in wish["sizes"]:
        small = ImageOps.fit(whole, (size, size)) if wish["square"] else _within(whole, size)
        drawn.append(_encoded(small, kind))
    return drawn


def _plain(picture: Any, kind: str) -> Any:
    """Return the picture in colours that can be scaled; of 16 bits of grey the upper eight."""
    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value / 256).convert("L")
    if picture.mode in {"RGB", "RGBA", "L"} or (picture.mode == "CMYK" and _profile(picture)):
        return picture
    return picture.convert(_mode(picture.mode, kind))


def _profile(picture: Any) -> bytes:
    """Return the colour profile that the picture brings, if any."""
    found = picture.info.get("icc_profile")
    return found if isinstance(found, bytes) else b""


def _in_srgb(picture: Any) -> Any:
    """Return the picture with its colour profile worked in; as it is where that is not possible."""
    from PIL import ImageCms  # noqa: PLC0415  # after the limits

    profile = _profile(picture)
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, source, target, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture


def _mode(mode: str, kind: str) -> str:
    """Return how pixels are kept: with transparency where there is some and the format can."""
    return "RGBA" if kind != "JPEG" and mode in {"RGBA", "LA", "PA", "P"} else "RGB"


def _within(picture: Any, side: int) -> Any:
    """Return the picture, smaller where a side is longer than `side`."""
    copy = picture.copy()
    copy.info = {}
    copy.thumbnail((side, side))
    return copy


def _encoded(picture: Any, kind: str) -> tuple[dict[str, Any], bytes]:
    picture.info = {}
    buffer = io.BytesIO()
    picture.save(buffer, kind, **_QUALITY.get(kind, {}))
    content = buffer.getvalue()
    return {"width": picture.width, "height": picture.height, "bytes": len(content)}, content


def main() -> int:
    """Read a picture, write what became of it."""
    limit()
    wish = json.loads(sys.argv[1])
    try:
        drawn = render(wish, sys.stdin.buffer)
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
