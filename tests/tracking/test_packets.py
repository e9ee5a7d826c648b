"""Packets of Socket.IO: events are read as they were sent, everything else says what to send."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking.packets import NotAnEvent, answer, connected, event, read_connect, read_event, refused

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(name=st.text(), arguments=st.lists(JSON, max_size=3), number=st.integers(0, 10**18 - 1))
def test_an_event_is_read_as_it_was_sent(name: str, arguments: list[Any], number: int) -> None:
    """With a number and without."""
    text = json.dumps([name, *arguments]).encode()
    assert read_event(b"42" + text) == (b"", name, arguments)
    assert read_event(b"42%d" % number + text) == (b"%d" % number, name, arguments)


def test_what_json_does_not_know_comes_through() -> None:
    """So that who reads the event can name the field."""
    _number, _name, (value, other) = read_event(b'42["p",NaN,-Infinity]')
    assert math.isnan(value)
    assert other == -math.inf


@pytest.mark.parametrize(
    "packet",
    [
        *(b"42", b"42{}", b"42[]", b"42[1]", b"42[null]", b"42[[]]", b'42/other,["p"]', b"42x[1]"),
        *(b"42" + b"9" * 19 + b'["p"]', b'42-1["p"]', b'42["p"', b'42["p",]', b'42["p"]x'),
        *(b'42["p"' + b"[" * 5000, b'42["\xff"]', b'42["\\ud800"]', b"42\xc2\xb2[1]"),
    ],
)
def test_what_is_no_event_says_what_to_send(packet: bytes) -> None:
    """In words for the client."""
    with pytest.raises(NotAnEvent, match=r"send Socket.IO events|not JSON"):
        read_event(packet)


@pytest.mark.parametrize(
    ("packet", "namespace"),
    [
        *((b"40", b""), (b'40{"token":"/x,"}', b""), (b"40/,", b""), (b"40/", b"")),
        *((b"40/other,", b"/other"), (b"40/other", b"/other"), (b'40/a?b=c,{"d":1}', b"/a")),
    ],
)
def test_a_connect_names_a_namespace(packet: bytes, namespace: bytes) -> None:
    """Or the default one."""
    assert read_connect(packet) == namespace


def test_what_we_send_is_what_the_protocol_says() -> None:
    """To the byte; behind the two bytes of the WebSocket frame."""
    assert event("a", (1, {"b": None}))[2:] == b'42["a",1,{"b":null}]'
    assert answer(b"7", None)[2:] == b"437[]"
    assert answer(b"7", {"ok": True})[2:] == b'437[{"ok":true}]'
    assert connected("s")[2:] == b'40{"sid":"s"}'
    assert refused(b"/x", "no")[2:] == b'44/x,{"message":"no"}'
    assert refused(b"", "no")[2:] == b'44{"message":"no"}'
