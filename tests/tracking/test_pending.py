"""Fixes that wait to be written: in sequence, and none of a phone that has begun anew."""

from uuid import UUID

from geo.fix import Fix
from tracking import trail
from tracking.pending import Pending
from tracking.trail import Batch, Mark, TrailRecord

ANNA, BRUNO = UUID(int=1), UUID(int=2)


def batch(*fixes: tuple[UUID, int]) -> Batch:
    """Return fixes on their way: whose, and their numbers."""
    return Batch.of([
        TrailRecord(one, 7, seq, Fix(seq, seq * 1000, 1.0, 2.0, None, None, None), None)
        for one, seq in fixes
    ])


def taken(pending: Pending) -> list[tuple[int, int]]:
    """Return courier and number of what is to be written."""
    return [(one.courier_id.int, one.fix.seq) for one in trail.unpack(pending.take().blob)]


def test_what_came_is_written_once_and_in_sequence() -> None:
    """Taking it leaves nothing."""
    pending = Pending()
    pending.add(batch((ANNA, 1), (ANNA, 2)))
    pending.add(batch((BRUNO, 1)))
    assert len(pending) == 3
    assert taken(pending) == [(1, 1), (1, 2), (2, 1)]
    assert (len(pending), taken(pending)) == (0, [])


def test_what_came_before_hello_is_void_and_what_came_after_it_is_not() -> None:
    """Of that phone alone, and only until it is taken."""
    pending = Pending()
    pending.add(batch((ANNA, 3), (BRUNO, 1)))
    pending.void(ANNA)
    pending.add(batch((ANNA, 1)))
    assert taken(pending) == [(2, 1), (1, 1)]
    pending.add(batch((ANNA, 2)))
    assert taken(pending) == [(1, 2)]


def test_what_could_not_be_written_comes_first_unless_its_phone_has_begun_anew() -> None:
    """Hello may come while Redis is asked."""
    pending = Pending()
    pending.add(batch((ANNA, 3), (BRUNO, 1)))
    being_written = pending.take()
    pending.add(batch((ANNA, 4), (BRUNO, 2)))
    pending.void(ANNA)
    pending.add(batch((ANNA, 1)))
    pending.put_back(being_written)
    assert taken(pending) == [(2, 1), (2, 2), (1, 1)]


def test_what_is_taken_says_how_far_each_phone_got_and_when_it_was_heard() -> None:
    """Over all batches; of a phone that is void nothing is said."""
    pending = Pending()
    pending.add(batch((ANNA, 1), (BRUNO, 7)))
    pending.add(batch((ANNA, 2)))
    pending.add(batch((UUID(int=3), 9)))
    pending.void(UUID(int=3))
    taken = pending.take()
    assert taken.marks == {ANNA: Mark(7, 2), BRUNO: Mark(7, 7)}
    assert taken.heard_ms == {ANNA: 2, BRUNO: 7}
