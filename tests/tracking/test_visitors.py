"""Visitors: who is on which socket, and whose phone is whose."""

from uuid import UUID, uuid4

from tests.tracking.gateways import courier_grant, staff_grant
from tracking.phones import Phone
from tracking.visitors import Visitor, Visitors


def phone(sid: str, courier_id: UUID) -> Visitor:
    """Return a courier on a socket."""
    return Visitor(sid, courier_grant(courier_id), Phone(sid, courier_id))


def test_the_newest_socket_of_a_courier_has_the_phone() -> None:
    """And the former one is named, to be sent away."""
    visitors, courier_id = Visitors(), uuid4()
    first, second = phone("a", courier_id), phone("b", courier_id)
    assert visitors.add(first) is None
    assert visitors.add(second) is first
    assert visitors.with_phone_of(courier_id) is second
    visitors.remove("a")
    assert visitors.phone_of(courier_id) is second.phone
    visitors.remove("b")
    assert visitors.phone_of(courier_id) is None


def test_two_maps_of_one_person_do_not_replace_each_other() -> None:
    """Only phones do: a dispatcher may have two screens."""
    visitors = Visitors()
    for sid in ("a", "b"):
        assert visitors.add(Visitor(sid, staff_grant())) is None
    assert len(visitors) == 2
    assert visitors.phones() == []


def test_visitors_may_leave_while_they_are_gone_through() -> None:
    """Sending somebody away in a loop over all is what housekeeping does."""
    visitors = Visitors()
    for sid in "abc":
        visitors.add(Visitor(sid, staff_grant()))
    for visitor in visitors:
        visitors.remove(visitor.sid)
    assert len(visitors) == 0
    assert visitors.remove("a") is None
