"""Assembling: rows in the order given, stops and bars with their owners."""

from dispatch.assemble import assemble
from dispatch.model import Bar, CourierView, DeliveryView
from dispatch.reasons import WhyNot
from tests.dispatch.strategies import ZONE, Maker, id16


def test_stops_and_bars_stay_with_their_owners() -> None:
    maker = Maker(3)
    first = CourierView(id16(501), 1, 2, 1000, stops=maker.pair())
    second = CourierView(id16(502), 3, 4, 1000)
    third = CourierView(id16(503), 5, 6, 1000, stops=(*maker.pair(), *maker.pair()))
    bar = Bar(second.id, WhyNot.BARRED_REFUSED)
    free, refused = DeliveryView(*maker.pair()), DeliveryView(*maker.pair(), barred=(bar,))
    problem = assemble(ZONE, 5, [first, second, third], [free, refused])
    assert problem.stop_offsets.at.tolist() == [0, 2, 2, 6]
    assert problem.barred_offsets.at.tolist() == [0, 0, 1]
    assert [problem.courier(row) for row in range(3)] == [first, second, third]
    assert [problem.delivery(row) for row in range(2)] == [free, refused]


def test_nothing_at_all_is_a_problem_too() -> None:
    problem = assemble(ZONE, 0, [], [])
    assert (len(problem.couriers), len(problem.waiting)) == (0, 0)
