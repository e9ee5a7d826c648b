"""Chunks: what goes in comes out, to the precision told, in few bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from geo.chunk import FixColumns, joined, pack, unpack
from geo.point import Plane, Point

REASONS = ["", "invalid", "jump"]
NAN = float("nan")


def columns(rows: list[tuple[float, ...]]) -> FixColumns:
    """Return fixes given one by one: epoch, seq, t, received, lat, lng, accuracy, speed, ..."""
    table = np.array(rows, dtype=object).reshape(-1, 10)

    def ints(place: int) -> ArrayLike:
        return table[:, place].astype(np.int64)

    def floats(place: int) -> ArrayLike:
        return table[:, place].astype(np.float64)

    return FixColumns(
        *(ints(n) for n in range(4)),  # type: ignore[arg-type]
        *(floats(n) for n in range(4, 9)),  # type: ignore[arg-type]
        np.array(table[:, 9], dtype=np.str_),
    )


FIXES = st.lists(
    st.tuples(
        st.integers(0, 1 << 33),
        st.integers(0, 1 << 32),
        st.integers(-(1 << 45), 1 << 48),
        st.integers(0, 1 << 48),
        st.floats(-90, 90),
        st.floats(-180, 180),
        st.floats(0, 1e6) | st.just(NAN),
        st.floats(0, 1e3) | st.just(NAN),
        st.integers(0, 359) | st.just(NAN),
        st.sampled_from(REASONS),
    ),
    max_size=20,
)


@given(FIXES)
def test_what_goes_in_comes_out(rows: list[tuple[float, ...]]) -> None:
    """Numbers and times exactly, measures to their units, the unknown as unknown."""
    sent = columns(rows)
    got = unpack(pack(sent))
    for name in ("epochs", "seqs", "t_ms", "refusals"):
        assert np.array_equal(getattr(got, name), getattr(sent, name))
    for name, error in (("lats", 5.1e-7), ("lngs", 5.1e-7), ("headings_deg", 0.5)):
        assert np.allclose(
            getattr(got, name), getattr(sent, name), rtol=0, atol=error, equal_nan=True
        )
    for name, error in (("accuracies_m", 0.26), ("speeds_mps", 0.051)):
        assert np.allclose(
            getattr(got, name), getattr(sent, name), rtol=1e-9, atol=error, equal_nan=True
        )
    assert np.all(np.abs(got.received_ms - sent.received_ms) < 100)


def test_a_fix_nowhere_on_the_globe_stays_without_a_place() -> None:
    """And the next one keeps its own."""
    sent = columns([
        (1, 1, 0, 0, NAN, NAN, NAN, NAN, NAN, "invalid"),
        (1, 2, 9, 9, 41.0, -8.0, 5.0, 1.0, 90, ""),
    ])
    got = unpack(pack(sent))
    assert got.refusals.tolist() == ["invalid", ""]
    assert np.isnan(got.lats[0]) and np.isnan(got.lngs[0])  # noqa: PT018
    assert (got.lats[1], got.lngs[1]) == pytest.approx((41.0, -8.0))


def test_a_chunk_of_the_first_version_is_still_read() -> None:
    """Made by the first program: two fixes, the second of which was refused."""
    blob = bytes.fromhex(
        "01020000000b005b22222c226a756d70225d010a00000078dae3630000001e000f010a00000078da"
        "6362020000080005060a0000000a0000000a0000000a0000000a0000000a00000078dabb70010002"
        "7201a178dabbcf0e0001c700e778da5bc00000014200a178daeb6000000112008978da7364000000"
        "84004278da6366000000080004010a00000078da63610200000c0007010a00000078da6360020000"
        "04000300040a0000000a0000000a0000000a00000078da4b50000000e2008178da3be3070001e801"
        "1b78da7bce000001d000e878da63610000000a0005040a0000000a0000000a0000000a00000078da"
        "9b2f0f00015f00bf78da3be8070001d2011078da63630000000e000778da6364000000040002010a"
        "00000078da5352040000670044010a00000078da9b311d0001c90130010a00000078dadbb6150002"
        "23016c"
    )
    got = unpack(blob)
    assert got.seqs.tolist() == [1, 2]
    assert got.t_ms.tolist() == [1_790_000_001_000, 1_790_000_002_000]
    assert got.lats.tolist() == pytest.approx([41.15, 41.16])
    assert got.speeds_mps.tolist()[0] == pytest.approx(7.5)
    assert np.isnan(got.speeds_mps[1])
    assert got.refusals.tolist() == ["", "jump"]


def test_nothing_is_a_chunk_too() -> None:
    """Of no fixes."""
    assert len(unpack(pack(columns([])))) == 0
    assert len(joined([])) == 0


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x09" + bytes(20)])
def test_what_is_no_chunk_is_refused(blob: bytes) -> None:
    """With a sentence."""
    with pytest.raises(ValueError, match="chunk"):
        unpack(blob)


def test_a_damaged_chunk_is_refused() -> None:
    """Cut off, or with other bytes in it."""
    whole = pack(ride(50, 2))
    for blob in (whole[:-9], whole[:40], whole[:60] + bytes(20) + whole[80:]):
        with pytest.raises(ValueError, match=r"damaged|cut off"):
            unpack(blob)


def test_parts_are_joined_each_fix_once() -> None:
    """The same number at another time is another fix."""
    one = (1, 1, 1000, 1000, 41.0, -8.0, 5.0, 1.0, 90, "")
    two = (1, 2, 2000, 2000, 41.1, -8.0, 5.0, 1.0, 90, "")
    odd = (1, 1, 1500, 1500, 42.0, -8.0, 5.0, 1.0, 90, "")
    whole = joined([columns([two, one]), columns([one, odd])])
    assert whole.t_ms.tolist() == [1000, 1500, 2000]
    assert joined([whole, whole]).t_ms.tolist() == [1000, 1500, 2000]
    assert whole.within(1000, 1500).t_ms.tolist() == [1000]


def ride(seconds: int, seed: int) -> FixColumns:
    """Return a ride of a fix each second: noise of 4 m, clocks that jitter, lags of a network."""
    chance = np.random.default_rng(seed)
    course = np.cumsum(chance.normal(0, 0.05, seconds))
    way = np.cumsum(8.0 * np.column_stack([np.sin(course), np.cos(course)]), axis=0)
    places = Plane(Point(41.15, -8.61)).to_points(way + chance.normal(0, 4.0, way.shape))
    count = np.arange(seconds)
    t_ms = 1_790_000_000_000 + count * 1000 + chance.integers(-20, 20, seconds)
    return FixColumns(
        np.full(seconds, 1_790_000_000),
        count + 1,
        t_ms,
        t_ms + chance.integers(80, 400, seconds),
        places[:, 0],
        places[:, 1],
        chance.integers(4, 12, seconds).astype(np.float64),
        np.abs(8.0 + chance.normal(0, 0.5, seconds)),
        np.degrees(course) % 360 // 1,
        np.full(seconds, ""),
    )


def test_a_fix_takes_less_than_twelve_bytes() -> None:
    """Of an hour on the road with everything that phones tell."""
    assert len(pack(ride(3600, 1))) / 3600 < 9
