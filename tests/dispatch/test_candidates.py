"""Candidates: who is in reach, and one true reason for each who is not."""

import math

from hypothesis import given

from dispatch.candidates import Neighbours
from dispatch.open_delivery import OpenDelivery, open_deliveries
from dispatch.open_route import OpenRoute, open_routes
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.reasons import BARRING, WhyNot
from tests.dispatch.strategies import make, policies, seeds


def away_m(route: OpenRoute, new: OpenDelivery) -> float:
    """Return the distance of the nearest place from which the pickup could be next."""
    places = zip(route.x_m[route.pinned :], route.y_m[route.pinned :], strict=True)
    return min(math.hypot(x - new.pickup_x_m, y - new.pickup_y_m) for x, y in places)


def free_soon(route: OpenRoute, new: OpenDelivery, policy: DispatchPolicy) -> bool:
    end_m = math.hypot(route.x_m[-1] - new.pickup_x_m, route.y_m[-1] - new.pickup_y_m)
    return route.free_ms <= policy.soon_free_s * 1000 and end_m <= policy.radius_m


@given(seeds, policies)
def test_everyone_is_looked_at_or_has_a_true_reason(seed: int, policy: DispatchPolicy) -> None:
    problem = make(seed, 12, 3)
    routes = open_routes(problem)
    neighbours = Neighbours(routes, policy)
    for new in open_deliveries(problem):
        reach = neighbours.reach(new)
        looked_at = [routes[row] for row in reach.rows.tolist()]
        assert all(
            (code == WhyNot.NOTHING) == (row in reach.rows)
            for row, code in enumerate(reach.why_not.tolist())
        )
        for route, code in zip(routes, reach.why_not.tolist(), strict=True):
            if route.excluded:
                assert code == route.excluded
            elif code in BARRING:
                assert new.barred[route.id] == code
            elif code == WhyNot.TOO_FAR:
                assert away_m(route, new) > policy.radius_m
            elif code == WhyNot.NOT_NEAR:
                assert not free_soon(route, new, policy)
                nearer = [one for one in looked_at if away_m(one, new) <= away_m(route, new)]
                assert len(nearer) >= policy.nearest
            else:
                assert code == WhyNot.NOTHING
                assert away_m(route, new) <= policy.radius_m
                assert route.id not in new.barred


@given(seeds, policies)
def test_asked_for_everyone_only_the_far_are_left_out(seed: int, policy: DispatchPolicy) -> None:
    problem = make(seed, 12, 2)
    routes = open_routes(problem)
    for new in open_deliveries(problem):
        reach = Neighbours(routes, policy).reach(new, everyone=True)
        expected = [
            row
            for row, route in enumerate(routes)
            if not route.excluded
            and route.id not in new.barred
            and away_m(route, new) <= policy.radius_m
        ]
        assert reach.rows.tolist() == expected


@given(seeds)
def test_the_nearest_is_found_however_far(seed: int) -> None:
    problem = make(seed, 8, 2)
    routes = open_routes(problem)
    neighbours = Neighbours(routes, DispatchPolicy(radius_m=1))
    for new in open_deliveries(problem):
        free = [
            away_m(route, new)
            for route in routes
            if not route.excluded and route.id not in new.barred
        ]
        found = neighbours.nearest(new)
        assert (found is None) == (not free)
        if found is not None:
            assert found[0] == math.ceil(min(free))
            assert math.isclose(away_m(routes[found[1]], new), min(free))


def test_a_courier_is_near_by_a_stop_ahead(far_courier: tuple[Problem, DispatchPolicy]) -> None:
    problem, policy = far_courier
    (new,) = open_deliveries(problem)
    assert Neighbours(open_routes(problem), policy).reach(new).rows.tolist() == [0]
