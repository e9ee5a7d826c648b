"""Pictures: drawn anew by a process with little power, or refused with a reason."""

import asyncio
import hashlib
import io
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

import numpy as np
import pytest
from PIL import Image, ImageCms

from api.files import pictures as module
from api.files.pictures import Pictures, Wish
from api.kit.errors import InvalidInput, Unavailable
from api.kit.upload import Spool
from tests.support.drawings import drawing, opened, png_that_says
from tests.support.servers import ROOT

DECODER = ROOT / "api" / "files" / "decoder.py"


@dataclass(frozen=True)
class Seen:
    """A picture that was drawn, and its bytes."""

    name: str
    width: int | None
    height: int | None
    content: bytes


async def draw(
    raw: bytes,
    kind: str = "image/jpeg",
    sizes: Sequence[int] = (),
    *,
    square: bool = False,
    by: Pictures | None = None,
) -> list[Seen]:
    """Draw a picture anew."""
    seen = []
    with Spool().blank() as source:
        source.write(raw)
        drawn = await (by or Pictures(Spool().blank)).draw(source, Wish(kind, sizes, square))
    for one in drawn:
        with one.file as file:
            content = file.read()
        assert (len(content), hashlib.sha256(content).digest()) == (one.size_bytes, one.sha256)
        seen.append(Seen(one.name, one.width, one.height, content))
    return seen


async def refusal(raw: bytes, kind: str = "image/jpeg") -> str:
    """Return why a picture is refused."""
    with pytest.raises(InvalidInput) as refused:
        await draw(raw, kind)
    (field,) = refused.value.fields
    assert field.field == "file"
    return field.code


@pytest.mark.parametrize(
    ("kind", "content_type", "mode"),
    [
        ("JPEG", "image/jpeg", "RGB"),
        ("JPEG", "image/jpeg", "CMYK"),
        ("JPEG", "image/jpeg", "L"),
        ("PNG", "image/png", "RGBA"),
        ("PNG", "image/png", "P"),
        ("WEBP", "image/webp", "RGB"),
    ],
)
async def test_a_picture_keeps_its_looks_and_loses_what_was_hidden_in_it(
    kind: str, content_type: str, mode: str
) -> None:
    raw = drawing(kind, mode=mode)
    whole, small = await draw(raw, content_type, (100,))
    assert b"Rua das Flores" in raw
    assert b"Rua das Flores" not in whole.content + small.content
    picture = opened(whole.content)
    assert (picture.format, picture.size, len(picture.getexif())) == (kind, (600, 400), 0)
    assert (small.name, small.width, small.height) == ("100", 100, 67)
    left, right = (picture.convert("RGB").getpixel((x, 200)) for x in (50, 550))
    if mode == "L":
        assert left[0] > right[0] + 15  # type: ignore[index,operator]  # grey of red, of blue
        return
    assert left[0] > left[2] + 60  # type: ignore[index,operator]  # RGB
    assert right[2] > right[0] + 60  # type: ignore[index,operator]  # RGB


async def test_a_picture_taken_sideways_is_turned_upright() -> None:
    (whole,) = await draw(drawing(turned=6))
    assert (whole.width, whole.height) == (400, 600)


async def test_a_square_variant_is_cut_and_a_small_picture_made_larger_for_it() -> None:
    _whole, small, large = await draw(drawing(width=90, height=60), sizes=(64, 256), square=True)
    assert [(one.width, one.height) for one in (small, large)] == [(64, 64), (256, 256)]


async def test_a_plain_variant_is_never_larger_than_the_picture() -> None:
    _whole, variant = await draw(drawing(width=90, height=60), sizes=(256,))
    assert (variant.width, variant.height) == (90, 60)


async def test_a_very_large_picture_is_made_smaller() -> None:
    (whole,) = await draw(drawing(width=6000, height=3000))
    assert (whole.width, whole.height) == (4096, 2048)


async def test_a_bomb_is_refused_by_what_it_says_before_a_decoder_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_given: object, **_named: object) -> NoReturn:
        message = "nothing is to be decoded"
        raise AssertionError(message)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", never)
    assert await refusal(png_that_says(50_000, 50_000), "image/png") == "too_many_pixels"
    assert await refusal(png_that_says(2_000_000_000, 2), "image/png") in {
        "too_many_pixels",
        "broken_picture",
    }


async def test_the_decoder_refuses_a_bomb_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_check", lambda _source, _kind: None)
    assert await refusal(png_that_says(50_000, 50_000), "image/png") == "too_many_pixels"


async def test_a_colour_profile_is_worked_in_and_gone() -> None:
    """This one calls red what is blue."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.find(b"rXYZ"), profile.find(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    held = io.BytesIO()
    Image.new("RGB", (40, 40), (200, 30, 30)).save(held, "PNG", icc_profile=bytes(profile))
    (whole,) = await draw(held.getvalue(), "image/png")
    picture = opened(whole.content)
    assert "icc_profile" not in picture.info
    assert picture.convert("RGB").getpixel((5, 5)) == (30, 30, 200)


async def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    held = io.BytesIO()
    shades = np.full((40, 40), 0x4000, np.uint16)
    shades[:, 20:] = 0xC000
    Image.fromarray(shades).save(held, "PNG")
    (whole,) = await draw(held.getvalue(), "image/png")
    picture = opened(whole.content).convert("L")
    assert [picture.getpixel((x, 20)) for x in (5, 35)] == [0x40, 0xC0]


@pytest.mark.parametrize("kept", [4, 20, 300, 2000])
async def test_a_picture_cut_off_is_refused(kept: int) -> None:
    assert await refusal(drawing()[:kept]) == "broken_picture"


async def test_a_picture_of_another_kind_than_said_is_refused() -> None:
    assert await refusal(drawing("PNG"), "image/jpeg") == "broken_picture"
    assert await refusal(drawing("GIF"), "image/png") == "broken_picture"


async def test_the_decoder_has_little_power() -> None:
    """It may write no file, take little memory, and knows nothing of our environment."""
    probe = (
        "import resource, runpy, os;"
        f"decoder = runpy.run_path({str(DECODER)!r});"
        "decoder['limit']();"
        "print(resource.getrlimit(resource.RLIMIT_FSIZE)[0],"
        " resource.getrlimit(resource.RLIMIT_AS)[0] <= 1 << 30,"
        " resource.getrlimit(resource.RLIMIT_CPU)[0] <= 10)"
    )
    out = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-I", "-c", probe],
        capture_output=True,
        text=True,
        check=True,
        env={},
    )
    assert out.stdout.split() == ["0", "True", "True"]


async def test_a_decoder_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DEADLINE_S", 0.001)
    assert await refusal(drawing()) == "broken_picture"


async def test_so_many_may_wait_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 3)
    works = Pictures(Spool().blank)
    answers = await asyncio.gather(
        *(draw(drawing(), by=works) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(answer, Unavailable) for answer in answers) == 2
    assert sum(isinstance(answer, list) for answer in answers) == 3
