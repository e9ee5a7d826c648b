"""What is told of a decision, term by term, against the plain schedule with and without."""

from hypothesis import given, settings

from dispatch.cost import added, courier_share, price
from dispatch.model import CourierView, DeliveryView, Stop
from dispatch.plan import Assignment, Plan
from dispatch.problem import Problem
from dispatch.schedule import schedule
from dispatch.solve import solve
from tests.dispatch.strategies import seeds
from tests.dispatch.tick.situations import busy, rolling


def sequence(problem: Problem, plan: Plan, one: Assignment) -> tuple[CourierView, list[Stop]]:
    couriers = map(problem.courier, range(len(problem.couriers)))
    courier = next(view for view in couriers if view.id == one.courier)
    waiting = {view.id: view for view in map(problem.delivery, range(len(problem.waiting)))}
    known = {(stop.delivery, stop.kind): stop for stop in courier.stops}
    for view in waiting.values():
        known |= {(stop.delivery, stop.kind): stop for stop in (view.pickup, view.dropoff)}
    return courier, [known[stop.delivery, stop.kind] for stop in one.stops]


@given(seeds, seeds)
@settings(max_examples=100)
def test_terms_are_the_difference_that_a_delivery_makes(seed: int, knobs: int) -> None:
    problem, policy = busy(seed, 5, 7), rolling(knobs)
    plan = solve(problem, policy, 1)
    for one in plan.assignments:
        courier, after = sequence(problem, plan, one)
        before = [stop for stop in after if stop.delivery != one.delivery]
        view: DeliveryView = next(
            view
            for view in map(problem.delivery, range(len(problem.waiting)))
            if view.id == one.delivery
        )
        slow = price(
            added((before, schedule(courier, before)), (after, schedule(courier, after)), view),
            courier_share(courier),
            policy,
        )
        told = one.terms
        assert told.total_ms - told.pay_ms - told.change_ms == slow.total_ms
        assert (told.travel_ms, told.ride_ms) == (slow.travel_ms, slow.ride_ms)
