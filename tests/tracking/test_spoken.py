"""What clients may say: each event declared; others, too much and too often are refused."""

from uuid import uuid4

import pytest

from tests.tracking.gateways import Hall, courier_grant, staff_grant
from tracking.policy import TrackingPolicy
from tracking.spoken import BURST, GAP_S, SPOKEN, Rate, Whose, admit
from tracking.tickets import Grant, Kind
from tracking.visitors import Visitor
from tracking.wire import BadFrame

NOW_S = 1000.0


def visitor(kind: Kind) -> Visitor:
    """Return somebody of a kind."""
    return Visitor("sid", Grant(kind, kind.value, "subject", (), courier_id=uuid4()))


async def test_every_event_is_declared_and_handled(  # noqa: RUF029  # the hall is on a loop
    gateway_hall: Hall,
) -> None:
    """An event without permission, owner rule, rate class and body limit cannot be said."""
    assert set(gateway_hall.gateway._handlers) == set(SPOKEN)
    for name, event in SPOKEN.items():
        assert event.name == name
        assert event.kinds
        assert event.kinds < set(Kind), "nothing is for everybody"
        assert isinstance(event.whose, Whose)
        assert isinstance(event.rate, Rate)
        assert 0 < event.most_bytes <= TrackingPolicy().max_frame_bytes


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("name", SPOKEN)
def test_an_event_is_for_its_kinds_alone(kind: Kind, name: str) -> None:
    allowed = {
        Kind.COURIER: {"hello", "p", "f"},
        Kind.STAFF: {"view", "resync"},
    }.get(kind, set())
    event = SPOKEN[name]
    if name in allowed:
        admit(visitor(kind), name, event.takes, 100, NOW_S)
        return
    with pytest.raises(BadFrame) as refused:
        admit(visitor(kind), name, event.takes, 100, NOW_S)
    assert refused.value.answer["code"] == "not_allowed"


@pytest.mark.parametrize("name", SPOKEN)
def test_a_packet_over_the_limit_of_its_event_is_refused(name: str) -> None:
    event = SPOKEN[name]
    (kind,) = event.kinds
    admit(visitor(kind), name, event.takes, event.most_bytes, NOW_S)
    with pytest.raises(BadFrame) as refused:
        admit(visitor(kind), name, event.takes, event.most_bytes + 1, NOW_S)
    assert refused.value.answer["code"] == "too_large"


def test_questions_are_limited_and_earned_back_and_fixes_flow() -> None:
    asking, sending = visitor(Kind.STAFF), visitor(Kind.COURIER)
    for _ in range(BURST):
        admit(asking, "view", 1, 100, NOW_S)
        admit(sending, "f", 2, 100, NOW_S)
    with pytest.raises(BadFrame) as refused:
        admit(asking, "resync", 1, 100, NOW_S)
    assert refused.value.answer["code"] == "too_fast"
    admit(sending, "f", 2, 100, NOW_S)
    later_s = NOW_S + 1.01 * GAP_S
    admit(asking, "resync", 1, 100, later_s)
    with pytest.raises(BadFrame):
        admit(asking, "resync", 1, 100, later_s)


async def test_a_packet_is_measured_as_it_comes(gateway_hall: Hall) -> None:
    async with gateway_hall.connected(staff_grant()) as dispatcher:
        await dispatcher.io.emit("resync", "8" * 300)
        (answer,) = await dispatcher.wait("oops")
        assert (answer["code"], answer["field"]) == ("too_large", "resync")
    async with gateway_hall.connected(courier_grant(uuid4())) as phone:
        await phone.io.emit("resync", "8" * 300)
        (answer,) = await phone.wait("oops")
        assert answer["code"] == "not_allowed"
