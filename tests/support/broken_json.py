"""Good JSON, broken: any part of a body replaced, left out, doubled or dressed up."""

import copy
import json
from typing import Any

from hypothesis import strategies as st

NASTY: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**31,
    2**63 - 1,
    -(2**63),
    10**400,
    1e308,
    5e-324,
    -0.0,
    float("nan"),
    float("-inf"),
    "",
    " ",
    "\x00",
    "\ud800",
    "a\u202eb",
    "é" * 3000,
    "'; DROP TABLE orders; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999999-14:00",
    "2026-02-30T00:00:00Z",
    "2026-11-21T12:00:00+25:00",
    "2026-11-21T12:00:60Z",
    "00000000-0000-0000-0000-000000000000",
    "+351912345678",
    "+0",
    [],
    {},
    [[[[]]]],
    {"type": "Polygon"},
    list(range(300)),
)


def _containers(value: Any) -> list[Any]:
    """Return every object and list in a body."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict | list) and value else []
    return own + [found for part in inner for found in _containers(part)]


@st.composite
def broken(draw: st.DrawFn, good: dict[str, Any]) -> bytes:
    """Return the text of `good` after one to three accidents."""
    body = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        places = _containers(body)
        if not places:
            break
        place = draw(st.sampled_from(places))
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        match draw(st.sampled_from(["nasty", "any", "gone", "extra", "other"])):
            case "nasty":
                place[key] = copy.deepcopy(draw(st.sampled_from(NASTY)))
            case "any":
                place[key] = draw(st.floats() | st.text(max_size=20) | st.integers())
            case "gone":
                place.pop(key)
            case "extra" if isinstance(place, dict):
                place[draw(st.text(max_size=8))] = draw(st.sampled_from(NASTY[:3]))
            case _:
                place[key] = copy.deepcopy(draw(st.sampled_from(places)))
    text = json.dumps(body)
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(["}", '"', "\\", ",", "1e", "\x7f"])) + text[at:]
    return text.encode()
