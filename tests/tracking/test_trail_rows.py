"""Packed records as arrays: the same as one by one."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from geo.fix import Fix
from tracking import trail
from tracking.trail import TrailRecord
from tracking.trail_rows import owned

COURIERS = [UUID(int=1), UUID(int=2), UUID(int=1 << 127), UUID(int=(1 << 64) + 1)]
RECORDS = st.lists(
    st.builds(
        lambda courier, epoch, seq, t_ms, refusal: TrailRecord(
            courier, epoch, 0, Fix(seq, t_ms, 41.0, -8.0, None, None, None), refusal
        ),
        st.sampled_from(COURIERS),
        st.sampled_from([5, 6]),
        st.integers(1, 9),
        st.integers(0, 9),
        st.sampled_from([None, "jump", "future"]),
    ),
    max_size=40,
)


@given(RECORDS)
def test_marks_are_those_of_the_epoch_that_came_last(records: list[TrailRecord]) -> None:
    """Of each courier the highest number in it."""
    expected: dict[UUID, tuple[int, int]] = {}
    for one in {record.courier_id for record in records}:
        own = [record for record in records if record.courier_id == one]
        epoch = own[-1].epoch
        expected[one] = (epoch, max(r.fix.seq for r in own if r.epoch == epoch))
    found = owned(trail.pack(records)).reached()
    assert {one: (mark.epoch, mark.seq) for one, mark in found.items()} == expected


@given(RECORDS)
def test_the_newest_believed_record_is_each_couriers_latest(records: list[TrailRecord]) -> None:
    """Refused ones are nobody's place."""
    expected: dict[UUID, int] = {}
    for record in records:
        if record.refusal is None:
            former = expected.get(record.courier_id, -1)
            expected[record.courier_id] = max(former, record.fix.t_ms)
    found = owned(trail.pack(records)).newest_believed()
    assert {UUID(bytes=row["courier"].tobytes()): int(row["t_ms"]) for row in found} == expected
    assert len(found) == len(expected)
