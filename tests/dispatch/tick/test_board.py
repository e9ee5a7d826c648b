"""Rows of a board: nobody is anywhere until told."""

from dispatch.policy import DispatchPolicy
from dispatch.tick.board import empty_routes
from dispatch.tick.lay_out import lay_out, rows_of
from tests.dispatch.tick.situations import busy


def test_empty_routes_hold_nothing_and_have_room() -> None:
    problem, policy = busy(3, 5, 6), DispatchPolicy(rolling=1)
    rows = rows_of(problem, policy)
    home = rows.waiting * 0 - 1
    routes = empty_routes(lay_out(problem, policy, rows, home), 7)
    assert routes.stop.shape == (len(rows.couriers), 8)
    assert (routes.stop[:, 0] == -1).all()
    assert (routes.route_of == -1).all()
    assert not routes.size.any()
