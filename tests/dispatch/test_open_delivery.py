"""Open deliveries: milliseconds, nothing in the past, sorted by id."""

from hypothesis import given

from dispatch.model import NO_DUE, Bar
from dispatch.open_delivery import open_deliveries
from dispatch.problem import Problem
from tests.dispatch.strategies import problems


@given(problems)
def test_an_open_delivery_says_what_its_view_says(problem: Problem) -> None:
    for new in open_deliveries(problem):
        view = problem.delivery(new.row)
        assert (new.id, new.age_s, new.demand) == (view.id, view.age_s, view.pickup.demand)
        assert (new.pickup_x_m, new.pickup_y_m) == (view.pickup.x_m, view.pickup.y_m)
        assert (new.dropoff_x_m, new.dropoff_y_m) == (view.dropoff.x_m, view.dropoff.y_m)
        assert new.pickup_open_ms == view.pickup.open_s * 1000
        assert new.pickup_due_ms == max(0, view.pickup.due_s) * 1000
        assert new.dropoff_due_ms == max(0, view.dropoff.due_s) * 1000
        assert new.from_ms == max(0, view.pickup.open_s) * 1000
        assert new.due_past == any(
            stop.due_s < 0 for stop in (view.pickup, view.dropoff) if stop.due_s != NO_DUE
        )
        assert [Bar(*bar) for bar in new.barred.items()] == list(view.barred)


@given(problems)
def test_deliveries_come_in_the_order_of_ids(problem: Problem) -> None:
    ids = [new.id for new in open_deliveries(problem)]
    assert ids == sorted(ids)
    assert len(ids) == len(problem.waiting)
