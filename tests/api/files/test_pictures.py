"""Pictures: drawn anew by a process with little power, or refused with a reason."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence

import pytest

from api.files import pictures as module
from api.files.pictures import Drawn, Pictures
from api.kit.errors import InvalidInput, Unavailable
from tests.support.drawings import drawing, opened, png_that_says
from tests.support.servers import ROOT

DECODER = ROOT / "api" / "files" / "decoder.py"


async def draw(
    raw: bytes, kind: str = "image/jpeg", sizes: Sequence[int] = (), *, square: bool = False
) -> list[Drawn]:
    """Draw a picture anew."""
    return await Pictures().draw(raw, kind, sizes, square=square)


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


async def test_a_bomb_is_refused_by_what_it_says_before_it_is_unpacked() -> None:
    assert await refusal(png_that_says(50_000, 50_000), "image/png") == "too_many_pixels"
    assert await refusal(png_that_says(2_000_000_000, 2), "image/png") in {
        "too_many_pixels",
        "broken_picture",
    }


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
    works = Pictures()
    tasks = [asyncio.create_task(works.draw(drawing(), "image/jpeg", ())) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await works.draw(drawing(), "image/jpeg", ())
    assert all(len(drawn) == 1 for drawn in await asyncio.gather(*tasks))
