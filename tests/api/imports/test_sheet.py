"""CSV files: what spreadsheets write is read, everything else is told in a sentence."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports.sheet import BadSheet, Row, count, rows

KNOWN = ("reference", "pickupLatitude", "notes")
REQUIRED = ("reference",)


def read(content: bytes) -> list[Row]:
    """Return every row of a file."""
    return list(rows(io.BytesIO(content), KNOWN, REQUIRED))


def refused(content: bytes, at_most: int = 10) -> BadSheet:
    """Return why a file is not taken."""
    with pytest.raises(BadSheet) as caught:
        count(io.BytesIO(content), KNOWN, REQUIRED, at_most)
    return caught.value


def test_rows_are_numbered_as_spreadsheets_do_and_empty_ones_are_left_out() -> None:
    found = read(b"reference,notes\r\nA,one\r\n\r\n,,\r\nB,two\r\n")
    assert found == [
        Row(2, {"reference": "A", "notes": "one"}),
        Row(5, {"reference": "B", "notes": "two"}),
    ]


@pytest.mark.parametrize("header", ["Pickup latitude", "pickup_latitude", "PICKUPLATITUDE"])
def test_a_column_is_known_however_it_is_spelled(header: str) -> None:
    (row,) = read(f"{header},reference\n41.1,A\n".encode())
    assert row.cells == {"pickupLatitude": "41.1", "reference": "A"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_byte_order_mark_quotes_and_any_delimiter_are_read(delimiter: str) -> None:
    text = f'reference{delimiter}notes\n"A, ""1"";\tx"{delimiter}"two\nlines"\n'
    (row,) = read(b"\xef\xbb\xbf" + text.encode())
    assert row.cells == {"reference": 'A, "1";\tx', "notes": "two\nlines"}


def test_a_decimal_comma_is_one_where_semicolons_part_the_cells() -> None:
    (row,) = read(b"reference;pickupLatitude;notes\nA;41,15;1,5\n")
    assert row.cells == {"reference": "A", "pickupLatitude": "41.15", "notes": "1,5"}


@pytest.mark.parametrize("cell", ["=1+1", '=HYPERLINK("x")', "+1", "-1", "@SUM(A1)"])
def test_a_formula_is_plain_text(cell: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["reference", "notes"], ["A", cell]])
    (row,) = read(out.getvalue().encode())
    assert row.cells["notes"] == cell


def test_more_cells_than_columns_are_seen() -> None:
    assert [row.is_too_long for row in read(b"reference,notes\nA,b,c\nB,c,\n")] == [True, False]


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (b"", "empty", "begin with the columns"),
        (b"\n\n", "empty", "begin with the columns"),
        (b"reference\n", "no_rows", "no rows below its header"),
        (b"reference\n\n \n", "no_rows", "no rows below its header"),
        (b"PK\x03\x04rest", "not_csv", "save it as CSV with UTF-8"),
        (b"%PDF-1.7", "not_csv", "this is a PDF"),
        ("reference\nA\n".encode("utf-16"), "not_csv", "UTF-16"),
        (b"\x00\x01\x02\x03", "not_csv", "no text"),
        (b"reference,notes\nA,b\x00c\n", "not_csv", "no text"),
        (b"\x89PNG\r\n\x1a\n", "not_utf8", "not UTF-8, near row 1"),
        (b"reference\nA\n\xe9t\xe9\n", "not_utf8", "not UTF-8"),
        (b'reference,notes\nA,"open\n', "broken_csv", "quotation mark"),
        (b'reference,notes\nA,"x"y\n', "broken_csv", "near row"),
        (b'reference\n"' + b"x" * 200_000, "broken_csv", "128 KiB"),
        (b"notes\nA\n", "column_missing", "columns are missing: reference"),
        (b"reference,reference\nA,B\n", "column_twice", "leave one out"),
        (b"referense\nA\n", "column_unknown", "did you mean reference?"),
        (b"colour,reference\nA\n", "column_unknown", "known here: reference, pickupLatitude"),
        (b"reference" + b"," * 200 + b"\nA\n", "too_many_columns", "at most 100"),
        (b"reference\n" + b"A\n" * 11, "too_many_rows", "more than 10 rows: split it"),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_remedy(
    content: bytes, code: str, told: str
) -> None:
    """Statement 49: files that cannot be read are told so before anything begins."""
    error = refused(content)
    assert (error.code, told in str(error)) == (code, True), str(error)


def test_a_file_is_left_open_at_any_end() -> None:
    file = io.BytesIO(b"reference\nA\nB\n")
    with pytest.raises(BadSheet):
        count(file, KNOWN, REQUIRED, 1)
    assert count(file, KNOWN, REQUIRED, 2) == 2


@given(
    st.lists(
        st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\x00"))), max_size=8
    )
)
def test_whatever_a_writer_writes_is_read_back(cells: list[tuple[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("reference",), *cells])
    found = [row.cells["reference"] for row in read(out.getvalue().encode())]
    assert found == [cell.strip() for (cell,) in cells if cell.strip()]


@given(st.binary(max_size=300))
def test_no_bytes_make_anything_but_a_refusal(content: bytes) -> None:
    with suppress(BadSheet):
        assert count(io.BytesIO(content), KNOWN, REQUIRED, 3) > 0
