"""CSV files as spreadsheets write them: read row by row, never trusted, never held whole.

RFC 4180 with what spreadsheets do besides: a byte order mark, semicolons (the comma is then a
decimal one) or tabs between the cells, empty lines. A cell is plain text, whatever it begins with:
nothing is worked out.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import BinaryIO

MOST_CELLS = 100
_DELIMITERS = ",;\t"
_OTHERS = {
    b"PK\x03\x04": "this is a spreadsheet or an archive",
    b"\xd0\xcf\x11\xe0": "this is an old spreadsheet",
    b"%PDF-": "this is a PDF",
    b"\xff\xfe": "this is UTF-16",
    b"\xfe\xff": "this is UTF-16",
}
_SAVE_AS = "save it as CSV with UTF-8 and send that"


class BadSheet(ValueError):
    """The file as a whole cannot be read; `code` for programs, the sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file as spreadsheets number them: the header is row 1."""

    number: int
    cells: dict[str, str]
    is_too_long: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """The first row: which column stands where, None where one has no name; the delimiter."""

    columns: tuple[str | None, ...]
    delimiter: str


def count(file: BinaryIO, known: Sequence[str], required: Sequence[str], at_most: int) -> int:
    """Return how many rows stand below the header; raise `BadSheet` for what is no such file."""
    total = 0
    for row in rows(file, known, required):
        total += 1
        if total > at_most:
            message = f"the file has more than {at_most} rows: split it, and send the parts"
            raise BadSheet("too_many_rows", message)
        if any("\x00" in cell for cell in row.cells.values()):
            raise _not_text()
    if not total:
        message = "the file has no rows below its header: add one for each delivery"
        raise BadSheet("no_rows", message)
    return total


def rows(file: BinaryIO, known: Sequence[str], required: Sequence[str]) -> Iterator[Row]:
    """Yield the rows below the header, from the beginning of `file`; raise `BadSheet`."""
    file.seek(0)
    first = file.read(16)
    for mark, what in _OTHERS.items():
        if first.startswith(mark):
            raise BadSheet("not_csv", f"{what}: {_SAVE_AS}")
    file.seek(0)
    with _as_text(file) as text:
        number = 1
        try:
            head = _head(text, known, required)
            for number, cells in enumerate(
                csv.reader(text, delimiter=head.delimiter, strict=True), 2
            ):
                if any(cell.strip() for cell in cells):
                    yield _row(head, number, cells)
        except UnicodeDecodeError as error:
            message = f"the file is not UTF-8, near row {number}: {_SAVE_AS}"
            raise BadSheet("not_utf8", message) from error
        except csv.Error as error:
            message = (
                f"near row {number} a quotation mark is left open, stands within a cell without "
                'being doubled (""), or a cell is over 128 KiB: correct it'
            )
            raise BadSheet("broken_csv", message) from error


@contextmanager
def _as_text(file: BinaryIO) -> Iterator[io.TextIOWrapper]:
    """Read `file` as text, and leave it open afterwards."""
    reader = io.BufferedReader(file)  # type: ignore[type-var]  # an unbuffered file is raw
    text = io.TextIOWrapper(reader, encoding="utf-8-sig", newline="")
    try:
        yield text
    finally:
        text.detach()
        reader.detach()


def _head(text: io.TextIOWrapper, known: Sequence[str], required: Sequence[str]) -> Head:
    line = text.readline(16 * 1024)
    if not line.strip():
        raise BadSheet("empty", "the file is empty, or its first row is: begin with the columns")
    if not line.replace("\t", " ").strip("\r\n").isprintable():
        raise _not_text()
    delimiter = max(_DELIMITERS, key=line.count)
    (names,) = csv.reader([line.strip("\r\n")], delimiter=delimiter, strict=True)
    if len(names) > MOST_CELLS:
        raise BadSheet("too_many_columns", f"a row has at most {MOST_CELLS} cells: leave some out")
    plain = {_plain(name): name for name in known}
    columns = tuple(_column(name, plain) if name.strip() else None for name in names)
    present = [column for column in columns if column is not None]
    if twice := sorted({column for column in present if present.count(column) > 1}):
        message = f"the column {twice[0]} stands there twice: leave one out"
        raise BadSheet("column_twice", message)
    if missing := [name for name in required if name not in present]:
        message = f"columns are missing: {', '.join(missing)}; add them to the first row"
        raise BadSheet("column_missing", message)
    return Head(columns, delimiter)


def _column(given: str, plain: dict[str, str]) -> str:
    """Return the column that a name of the header means; raise `BadSheet` where none is."""
    name = plain.get(_plain(given))
    if name is not None:
        return name
    close = get_close_matches(_plain(given), plain, n=1, cutoff=0.6)
    hint = (
        f"did you mean {plain[close[0]]}?" if close else f"known here: {', '.join(plain.values())}"
    )
    raise BadSheet("column_unknown", f"there is no column {given.strip()[:50]!r}; {hint}")


def _plain(name: str) -> str:
    """Return a name without what people write differently: `Pickup latitude`, `pickup_latitude`."""
    return "".join(sign for sign in name.lower() if sign.isalnum())


def _row(head: Head, number: int, cells: list[str]) -> Row:
    named: dict[str, str] = {}
    is_too_long = False
    for place, cell in enumerate(cells):
        column = head.columns[place] if place < len(head.columns) else None
        if column is not None:
            named[column] = _with_point(cell.strip(), head, column)
        elif cell.strip():
            is_too_long = True
    return Row(number, named, is_too_long)


def _with_point(cell: str, head: Head, column: str) -> str:
    """Return a number as we read it: where no comma parts the cells, it may be a decimal one."""
    is_place = column.endswith(("Latitude", "Longitude"))
    return cell.replace(",", ".") if is_place and head.delimiter != "," else cell


def _not_text() -> BadSheet:
    return BadSheet("not_csv", f"this is no text: {_SAVE_AS}")
