"""What a file is, by its first bytes: the same as a decoder says, and never by its name."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from api.files.kinds import JPEG, PDF, PNG, WEBP, Broken, dimensions, kind_of

FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "JPEG": (JPEG, {}),
    "progressive JPEG": (JPEG, {"progressive": True}),
    "PNG": (PNG, {}),
    "lossy WebP": (WEBP, {}),
    "lossless WebP": (WEBP, {"lossless": True}),
    "WebP with EXIF": (WEBP, {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0"}),
}
sides = st.integers(1, 700)


def saved(form: str, width: int, height: int) -> bytes:
    """Return a picture of a form and size."""
    held = io.BytesIO()
    kind, options = FORMS[form]
    name = kind.partition("/")[2].upper()
    Image.new("RGB", (width, height), (9, 99, 199)).save(held, name, **options)
    return held.getvalue()


@given(form=st.sampled_from(sorted(FORMS)), width=sides, height=sides)
def test_the_header_says_what_the_decoder_will_find(form: str, width: int, height: int) -> None:
    raw = saved(form, width, height)
    kind = FORMS[form][0]
    assert kind_of(raw[:16]) == kind
    assert dimensions(io.BytesIO(raw), kind) == (width, height)


@given(form=st.sampled_from(sorted(FORMS)), cut=st.integers(16, 400), noise=st.binary(max_size=40))
def test_half_a_header_is_broken_or_right_and_never_an_error_of_ours(
    form: str, cut: int, noise: bytes
) -> None:
    raw = saved(form, 40, 30)[:cut] + noise
    try:
        found = dimensions(io.BytesIO(raw), FORMS[form][0])
    except Broken:
        return
    assert min(found) > 0


@pytest.mark.parametrize(
    "head",
    [b"", b"<svg xmlns=", b"GIF89a" + b"\0" * 10, b"MZ\x90\0", b"PK\x03\x04", b"#!/bin/sh\n"],
)
def test_what_is_not_taken_has_no_kind(head: bytes) -> None:
    assert kind_of(head) is None


def test_a_document_is_told_by_its_content_too() -> None:
    assert kind_of(b"%PDF-1.7\n") == PDF


def test_segments_without_end_are_given_up() -> None:
    endless = b"\xff\xd8" + b"\xff\xe1\x00\x02" * 5000
    with pytest.raises(Broken, match="no frame"):
        dimensions(io.BytesIO(endless), JPEG)
