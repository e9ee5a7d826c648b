"""Whether a file is a whole OpenStreetMap extract, told from the heads of its blocks."""

from pathlib import Path

_MOST_HEAD, _MOST_BLOCK = 64 * 1024, 32 * 1024 * 1024
"""Bytes of a block's head and of a block at most, as the format has it (OSM wiki, PBF Format)."""
_TYPE, _INDEX, _SIZE = 0x0A, 0x12, 0x18
_KINDS = (b"OSMHeader", b"OSMData")


def is_whole_extract(path: Path) -> bool:
    """Go from head to head; False where one is broken, or the file ends within a block."""
    end = path.stat().st_size
    if not end:
        return False
    with path.open("rb") as file:
        while file.tell() < end:
            length = int.from_bytes(file.read(4), "big")
            block = _block(file.read(length), is_first=file.tell() == length + 4)
            if length > _MOST_HEAD or block is None or file.tell() + block > end:
                return False
            file.seek(block, 1)
    return True


def _block(head: bytes, *, is_first: bool) -> int | None:
    """Return how many bytes follow a head; None where it is no head."""
    kind, size, place = b"", None, 0
    while place < len(head):
        field = head[place]
        number, place = _varint(head, place + 1)
        if field == _SIZE:
            size = number
        elif field in {_TYPE, _INDEX}:
            kind = head[place : place + number] if field == _TYPE else kind
            place += number
        else:
            return None
    known = kind in (_KINDS[:1] if is_first else _KINDS)
    return size if known and size is not None and size <= _MOST_BLOCK else None


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Return a number of Protocol Buffers and where the next byte is."""
    number = shift = 0
    for byte in data[place : place + 5]:
        place += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # the last byte of a number
            break
    return number, place
