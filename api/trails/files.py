"""Trails as files: GPX 1.1 and GeoJSON (RFC 7946), split where the phone was silent."""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import orjson

from geo.journey import Track

SILENCE_MS = 300_000
_GPX = 'version="1.1" creator="Hermod" xmlns="http://www.topografix.com/GPX/1/1"'


def gpx(track: Track, name: str) -> str:
    """Return a track as GPX."""
    return "".join((
        f'<?xml version="1.0" encoding="UTF-8"?>\n<gpx {_GPX}>\n<trk><name>{escape(name)}</name>\n',
        *(part for piece in track.pieces(SILENCE_MS) for part in _segment(piece)),
        "</trk>\n</gpx>\n",
    ))


def _segment(piece: Track) -> Iterator[str]:
    yield "<trkseg>\n"
    for t_ms, lat, lng in _fixes(piece):
        yield f'<trkpt lat="{lat:.7f}" lon="{lng:.7f}"><time>{_moment(t_ms)}</time></trkpt>\n'
    yield "</trkseg>\n"


def geojson(track: Track, name: str) -> str:
    """Return a track as a feature of lines; `coordTimes` holds the time of each place of each line.

    A fix alone between two silences is a line from itself to itself: a line has two ends.
    """
    lines, times = [], []
    for piece in track.pieces(SILENCE_MS):
        fixes = list(_fixes(piece))
        fixes *= 2 if len(fixes) == 1 else 1
        lines.append([[round(lng, 7), round(lat, 7)] for _t_ms, lat, lng in fixes])
        times.append([_moment(t_ms) for t_ms, _lat, _lng in fixes])
    feature = {
        "type": "Feature",
        "geometry": {"type": "MultiLineString", "coordinates": lines},
        "properties": {"name": name, "coordTimes": times},
    }
    return orjson.dumps({"type": "FeatureCollection", "features": [feature]}).decode()


def _fixes(piece: Track) -> Iterator[tuple[int, float, float]]:
    return zip(piece.t_ms.tolist(), piece.lats.tolist(), piece.lngs.tolist(), strict=True)


def _moment(t_ms: int) -> str:
    text = datetime.fromtimestamp(t_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
