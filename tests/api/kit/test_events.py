"""Events: what is saved can be read again, and nothing is read that nobody knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.kit.events import (
    CORE,
    LANES,
    LETTERS,
    TEXTS,
    Event,
    UnknownTopic,
    decode,
    encode,
    every_event,
)
from jobs import announcements, reactions

OURS = sorted(
    (topic, kind) for topic, kind in every_event().items() if kind.__module__.startswith("api.")
)


@pytest.mark.parametrize(("topic", "kind"), OURS)
@given(data=st.data())
def test_an_event_survives_the_outbox(topic: str, kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(st.builds(kind))
    assert decode(topic, encode(event)) == event
    assert event.key == str(next(iter(encode(event).values())))


def test_an_event_that_nobody_knows_is_named() -> None:
    with pytest.raises(UnknownTopic):
        decode("order.eaten", {})


def test_every_event_travels_in_a_lane_that_is_worked_on() -> None:
    assert len(OURS) > 10
    told = {*announcements.ANNOUNCEMENTS, *announcements.LOOKED_UP}
    outside = {kind for _topic, kind in OURS if "destination" in kind.__dataclass_fields__}
    assert outside == set(reactions.CALLS)
    assert set(LANES) == {CORE, LETTERS, TEXTS}
    for kind in {kind for _topic, kind in OURS}:
        assert (kind.lane is Event.lane) == (kind not in outside)
    assert not outside & told
    assert {*told, *reactions.REACTIONS} <= {kind for _topic, kind in OURS}
