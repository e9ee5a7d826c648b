"""The cheapest feasible way to insert a delivery into a route: every pair of positions, exactly."""

from math import ceil, sqrt
from typing import NamedTuple

from dispatch.cost import Added
from dispatch.open_delivery import OpenDelivery
from dispatch.open_route import OpenRoute
from dispatch.policy import DispatchPolicy
from dispatch.reasons import WhyNot


class Inserted(NamedTuple):
    """Where the new stops go in the new sequence, and what that means; milliseconds.

    `leave_ms` is when the courier is done with the stop before the pickup, `approach_ms` how long
    the courier then travels to it.
    """

    total_ms: int
    pickup_at: int
    dropoff_at: int
    added: Added
    leave_ms: int
    approach_ms: int
    pickup_begin_ms: int
    dropoff_begin_ms: int


class _Tail(NamedTuple):
    """How later stops change: waiting, begins of pickups and of dropoffs, lateness."""

    waiting_ms: int
    pickups_ms: int
    dropoffs_ms: int
    late_ms: int


def cheapest(
    route: OpenRoute, delivery: OpenDelivery, policy: DispatchPolicy
) -> tuple[Inserted | WhyNot, int]:
    """Return the cheapest insertion, or why there is none, and how many pairs were looked at.

    Of equal costs the earliest pickup position wins, then the earliest dropoff. A pickup that is
    too late already, or a stop too many, is not made worse by us: only new violations count.
    """
    search = _Search(route, delivery, policy)
    for behind in range(route.pinned, route.nodes):
        search.try_pickup(behind)
    return search.best or search.why_not, search.pairs


def slack_ms(route: OpenRoute, policy: DispatchPolicy) -> int:
    """Return by how much rounding can make a true cost smaller than a sum of its lower bounds.

    Legs are rounded up one by one, so that each may break the triangle inequality by 1 ms, and
    each weighted term is rounded down.
    """
    weights = (
        policy.travel_weight
        + policy.waiting_weight
        + policy.pickup_delay_weight
        + policy.ride_weight
        + policy.detour_weight
        + policy.lateness_weight
    )
    return 8 + (route.nodes + 3) ** 2 * weights // 1000


class _Search:
    """One search: the distances to all nodes, the best pair so far, the furthest obstacle."""

    __slots__ = (
        "_delivery",
        "_direct_ms",
        "_from_dropoff",
        "_from_pickup",
        "_gain_ms",
        "_policy",
        "_route",
        "best",
        "pairs",
        "why_not",
    )

    def __init__(self, route: OpenRoute, delivery: OpenDelivery, policy: DispatchPolicy) -> None:
        self._route, self._delivery, self._policy = route, delivery, policy
        speed = route.speed_mm_s
        x, y = delivery.pickup_x_m, delivery.pickup_y_m
        to_x, to_y = delivery.dropoff_x_m, delivery.dropoff_y_m
        nodes = list(zip(route.x_m, route.y_m, strict=True))
        # `leg_ms` written out: these lines run for every pair of a courier and a delivery.
        self._from_pickup = [
            ceil(sqrt((a - x) * (a - x) + (b - y) * (b - y)) * 1_000_000 / speed) for a, b in nodes
        ]
        self._from_dropoff = [
            ceil(sqrt((a - to_x) * (a - to_x) + (b - to_y) * (b - to_y)) * 1_000_000 / speed)
            for a, b in nodes
        ]
        self._direct_ms = ceil(
            sqrt((to_x - x) * (to_x - x) + (to_y - y) * (to_y - y)) * 1_000_000 / speed
        )
        waiting_ms = sum(route.begin_ms) - sum(route.arrive_ms)
        self._gain_ms = waiting_ms * policy.waiting_weight // 1000 + slack_ms(route, policy)
        self.best: Inserted | None = None
        self.why_not = WhyNot.NO_CAPACITY
        self.pairs = 0

    def try_pickup(self, behind: int) -> None:
        """Put the pickup behind a node and try every dropoff after it."""
        route, new = self._route, self._delivery
        arrive_ms = route.depart_ms[behind] + self._from_pickup[behind]
        begin_ms = max(arrive_ms, new.pickup_open_ms)
        if not self._may_begin(behind, begin_ms):
            return
        waiting_ms, pickups_ms, dropoffs_ms = begin_ms - arrive_ms, 0, 0
        late_ms = max(0, begin_ms - new.pickup_due_ms)
        clock_ms = begin_ms + new.pickup_service_ms
        for last in range(behind, route.nodes):
            if last > behind:
                leg = self._from_pickup[last] if last == behind + 1 else route.leg_ms[last]
                passed_ms = clock_ms + leg
                at_ms = max(passed_ms, route.open_ms[last])
                if not self._fits(last) or self._breaks_shift(last, at_ms):
                    return
                moved_ms = at_ms - route.begin_ms[last]
                if route.is_pickup[last]:
                    pickups_ms += moved_ms
                else:
                    dropoffs_ms += moved_ms
                waiting_ms += at_ms - passed_ms - route.begin_ms[last] + route.arrive_ms[last]
                late_ms += self._later(last, at_ms)
                clock_ms = at_ms + route.service_ms[last]
            self.pairs += 1
            if self._hopeless(begin_ms, clock_ms):
                return
            head = _Tail(waiting_ms, pickups_ms, dropoffs_ms, late_ms)
            self._try_dropoff(behind, last, begin_ms, clock_ms, head)

    def _may_begin(self, behind: int, begin_ms: int) -> bool:
        """Tell whether the pickup may stand here; if not, keep the furthest obstacle met."""
        if not self._fits(behind):
            return False
        if self.why_not is WhyNot.NO_CAPACITY:
            self.why_not = WhyNot.SHIFT_ENDS  # of this pickup, or of a later one on the route
        if begin_ms > self._route.shift_end_ms:
            return False
        if begin_ms > self._delivery.from_ms + self._policy.lookahead_s * 1000:
            self.why_not = WhyNot.TOO_LATE
            return False
        return True

    def _try_dropoff(
        self, behind: int, last: int, begin_ms: int, clock_ms: int, head: _Tail
    ) -> None:
        """Put the dropoff behind node `last` (the pickup if that is where it was put)."""
        new, policy = self._delivery, self._policy
        leg = self._direct_ms if last == behind else self._from_dropoff[last]
        arrive_ms = clock_ms + leg
        at_ms = max(arrive_ms, new.dropoff_open_ms)
        tail = self._tail(last + 1, at_ms + new.dropoff_service_ms)
        if tail is None:
            return
        pickups_ms = head.pickups_ms + tail.pickups_ms
        dropoffs_ms = head.dropoffs_ms + tail.dropoffs_ms
        travel_ms = self._travel_ms(behind, last)
        waiting_ms = head.waiting_ms + at_ms - arrive_ms + tail.waiting_ms
        pickup_delay_ms = begin_ms - new.from_ms + pickups_ms
        late_ms = head.late_ms + max(0, at_ms - new.dropoff_due_ms) + tail.late_ms
        total_ms = (
            travel_ms * policy.travel_weight // 1000
            + waiting_ms * policy.waiting_weight // 1000
            + pickup_delay_ms * policy.pickup_delay_weight // 1000
            + (at_ms - begin_ms) * policy.ride_weight // 1000
            + (dropoffs_ms - pickups_ms) * policy.detour_weight // 1000
            + late_ms * policy.lateness_weight // 1000
            + self._route.share * policy.fairness_weight // 1000
        )
        if self.best is None or total_ms < self.best.total_ms:
            ride_ms, detour_ms = at_ms - begin_ms, dropoffs_ms - pickups_ms
            self.best = Inserted(
                total_ms,
                behind,
                last + 1,
                Added(travel_ms, waiting_ms, pickup_delay_ms, ride_ms, detour_ms, late_ms),
                self._route.depart_ms[behind],
                self._from_pickup[behind],
                begin_ms,
                at_ms,
            )

    def _tail(self, first: int, clock_ms: int) -> _Tail | None:
        """Walk the nodes behind the dropoff; None when a pickup falls behind the shift's end."""
        route = self._route
        waiting_ms = pickups_ms = dropoffs_ms = late_ms = 0
        for node in range(first, route.nodes):
            leg = self._from_dropoff[node] if node == first else route.leg_ms[node]
            arrive_ms = clock_ms + leg
            at_ms = max(arrive_ms, route.open_ms[node])
            if self._breaks_shift(node, at_ms):
                return None
            moved_ms = at_ms - route.begin_ms[node]
            waiting_ms += moved_ms - arrive_ms + route.arrive_ms[node]
            if moved_ms == 0:
                break  # from here on nothing changes
            if route.is_pickup[node]:
                pickups_ms += moved_ms
            else:
                dropoffs_ms += moved_ms
            late_ms += self._later(node, at_ms)
            clock_ms = at_ms + route.service_ms[node]
        return _Tail(waiting_ms, pickups_ms, dropoffs_ms, late_ms)

    def _travel_ms(self, behind: int, last: int) -> int:
        route = self._route
        travel_ms = self._from_pickup[behind]
        if last == behind:
            travel_ms += self._direct_ms
        else:
            travel_ms += self._from_pickup[behind + 1] - route.leg_ms[behind + 1]
            travel_ms += self._from_dropoff[last]
        if last + 1 < route.nodes:
            travel_ms += self._from_dropoff[last + 1] - route.leg_ms[last + 1]
        return travel_ms

    def _hopeless(self, begin_ms: int, clock_ms: int) -> bool:
        """Tell whether no dropoff from `clock_ms` on can beat the best: all else only adds."""
        if self.best is None:
            return False
        new, policy = self._delivery, self._policy
        least_ms = (
            (begin_ms - new.from_ms) * policy.pickup_delay_weight
            + (clock_ms - begin_ms) * policy.ride_weight
            + max(0, clock_ms - new.dropoff_due_ms) * policy.lateness_weight
            + self._route.share * policy.fairness_weight
        ) // 1000
        return least_ms - self._gain_ms >= self.best.total_ms

    def _fits(self, node: int) -> bool:
        """Tell whether the new load fits beside what is aboard behind a node."""
        items, grams, cm3 = self._route.load[node]
        more, room = self._delivery.demand, self._route.capacity
        return (
            items + more[0] <= room[0] and grams + more[1] <= room[1] and cm3 + more[2] <= room[2]
        )

    def _breaks_shift(self, node: int, at_ms: int) -> bool:
        route = self._route
        end_ms = route.shift_end_ms
        return route.is_pickup[node] and at_ms > end_ms and route.begin_ms[node] <= end_ms

    def _later(self, node: int, at_ms: int) -> int:
        due_ms = self._route.due_ms[node]
        return max(0, at_ms - due_ms) - max(0, self._route.begin_ms[node] - due_ms)
