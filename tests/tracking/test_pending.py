"""Fixes that wait to be written: in sequence, and none of a phone that has begun anew."""

from uuid import UUID

from geo.fix import Fix
from tracking.pending import Pending
from tracking.trail import TrailRecord

ANNA, BRUNO = UUID(int=1), UUID(int=2)


def records(courier_id: UUID, *seqs: int) -> list[TrailRecord]:
    """Return fixes on their way."""
    return [
        TrailRecord(courier_id, 7, 5, Fix(seq, seq * 1000, 1.0, 2.0, None, None, None), None)
        for seq in seqs
    ]


def taken(pending: Pending) -> list[tuple[int, int]]:
    """Return courier and number of what is to be written."""
    return [(record.courier_id.int, record.fix.seq) for record in pending.take()]


def test_what_came_is_written_once_and_in_sequence() -> None:
    """Taking it leaves nothing."""
    pending = Pending()
    pending.add(records(ANNA, 1, 2))
    pending.add(records(BRUNO, 1))
    assert len(pending) == 3
    assert taken(pending) == [(1, 1), (1, 2), (2, 1)]
    assert (len(pending), taken(pending)) == (0, [])


def test_what_came_before_hello_is_void_and_what_came_after_it_is_not() -> None:
    """Of that phone alone, and only until it is taken."""
    pending = Pending()
    pending.add(records(ANNA, 3) + records(BRUNO, 1))
    pending.void(ANNA)
    pending.add(records(ANNA, 1))
    assert taken(pending) == [(2, 1), (1, 1)]
    pending.add(records(ANNA, 2))
    assert taken(pending) == [(1, 2)]


def test_what_could_not_be_written_comes_first_unless_its_phone_has_begun_anew() -> None:
    """Hello may come while Redis is asked."""
    pending = Pending()
    pending.add(records(ANNA, 3) + records(BRUNO, 1))
    being_written = pending.take()
    pending.add(records(ANNA, 4) + records(BRUNO, 2))
    pending.void(ANNA)
    pending.add(records(ANNA, 1))
    pending.put_back(being_written)
    assert taken(pending) == [(2, 1), (2, 2), (1, 1)]
