"""Reads Mapbox vector tiles (version 2) for tests: layers, and the attributes of their features."""

from collections.abc import Iterator

Field = tuple[int, int | bytes]  # number, value


def layers(tile: bytes) -> dict[str, list[dict[str, str]]]:
    """Return each layer's features as their attributes; all values must be texts."""
    return dict(_layer(value) for number, value in _fields(tile) if number == 3)


def points_in(tile: bytes) -> int:
    """Return how many numbers the geometries of a tile take: a measure of its detail."""
    return sum(
        len(list(_numbers(part)))
        for _, layer in _fields(tile)
        for number, feature in _fields(layer)
        if number == 2
        for kind, part in _fields(feature)
        if kind == 4
    )


def _layer(layer: int | bytes) -> tuple[str, list[dict[str, str]]]:
    name, keys, values, tagged = "", [], [], []
    for number, value in _fields(layer):
        if number == 1:
            name = _text(value)
        elif number == 2:
            tagged.append([list(_numbers(tags)) for kind, tags in _fields(value) if kind == 2])
        elif number == 3:
            keys.append(_text(value))
        elif number == 4:
            values.append(next(_text(inner) for kind, inner in _fields(value) if kind == 1))
    features = []
    for parts in tagged:
        tags = [tag for part in parts for tag in part]
        pairs = zip(tags[::2], tags[1::2], strict=True)
        features.append({keys[key]: values[value] for key, value in pairs})
    return name, features


def _text(value: int | bytes) -> str:
    assert isinstance(value, bytes)
    return value.decode()


def _fields(message: int | bytes) -> Iterator[Field]:
    """Yield the fields of a protocol buffers message."""
    assert isinstance(message, bytes)
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        if key & 7 == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
        else:
            assert key & 7 == 2, "vector tiles hold varints and byte strings"
            length, at = _varint(message, at)
            yield key >> 3, message[at : at + length]
            at += length


def _numbers(packed: int | bytes) -> Iterator[int]:
    assert isinstance(packed, bytes)
    at = 0
    while at < len(packed):
        value, at = _varint(packed, at)
        yield value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
