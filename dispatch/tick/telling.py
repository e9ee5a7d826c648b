"""From the arrays of a rolling plan to assignments in time, and when each must be decided."""

from collections.abc import Iterator
from typing import NamedTuple

from dispatch.legs import up_to_s
from dispatch.model import Kind
from dispatch.plan import Assignment, PlannedStop, State
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.problem_rules import id_list
from dispatch.tick.cards import Cards
from dispatch.tick.roll import Rolled


class _Row(NamedTuple):
    """One courier's sequence as plain lists; place 0 is where the courier is."""

    stop: list[int]
    arrive_ms: list[int]
    begin_ms: list[int]
    depart_ms: list[int]


def assignments(
    problem: Problem, policy: DispatchPolicy, rolled: Rolled, cards: Cards
) -> tuple[Assignment, ...]:
    """Return an assignment per planned delivery, by delivery id; those of a courier share stops."""
    teller = _Teller(problem, policy, rolled, cards)
    told = [
        one for row in rolled.routes.planned.nonzero()[0].tolist() for one in teller.of_row(row)
    ]
    return tuple(sorted(told, key=lambda one: one.delivery))


class _Teller:
    def __init__(
        self, problem: Problem, policy: DispatchPolicy, rolled: Rolled, cards: Cards
    ) -> None:
        self._policy, self._rolled, self._cards = policy, rolled, cards
        board, rows = rolled.board, rolled.rows
        known = id_list(problem.stops.delivery)
        on_routes = [known[row] for row in rows.stops.tolist()]
        self._ids = [*on_routes, *rows.waiting_ids, *rows.waiting_ids]
        self._open, self._setup = board.open_ms.tolist(), board.setup_ms.tolist()
        self._weight = board.weight.tolist()
        of = problem.waiting
        dues = (
            problem.stops.due_s[rows.stops],
            of.pickup_due_s[rows.waiting],
            of.dropoff_due_s[rows.waiting],
        )
        # What is past due counts as lateness here; on the board it is lost already.
        self._due = [due_s * 1000 for column in dues for due_s in column.tolist()]
        self._is_pickup, self._new = board.is_pickup.tolist(), board.delivery.tolist()
        self._x, self._y = board.x_m.tolist(), board.y_m.tolist()

    def of_row(self, row: int) -> Iterator[Assignment]:
        """Yield the assignments of one courier, in the order of pickups."""
        routes = self._rolled.routes
        places = int(routes.size[row]) + 1
        times = (routes.stop, routes.arrive_ms, routes.begin_ms, routes.depart_ms)
        line = _Row(*(array[row, :places].tolist() for array in times))
        stops = tuple(self._planned(line, place) for place in range(1, places))
        committed = True
        for place in range(1, places):
            stop = line.stop[place]
            if self._new[stop] < 0 or not self._is_pickup[stop]:
                continue
            dropoff = line.stop.index(stop + len(self._rolled.rows.waiting_ids))
            leave_by_ms = self._leave_by_ms(line, place)
            state, decide_by_ms = self._state(stop, leave_by_ms)
            committed = committed and state is State.COMMITTED
            yield Assignment(
                delivery=self._ids[stop],
                courier=self._rolled.rows.courier_ids[row],
                state=State.COMMITTED if committed else State.HELD,
                pickup_at=place - 1,
                dropoff_at=dropoff - 1,
                decide_by_s=decide_by_ms // 1000,
                terms=self._cards.terms(self._new[stop]),
                stops=stops,
            )

    def _planned(self, line: _Row, place: int) -> PlannedStop:
        stop, begin = line.stop[place], line.begin_ms[place]
        return PlannedStop(
            delivery=self._ids[stop],
            kind=Kind.PICKUP if self._is_pickup[stop] else Kind.DROPOFF,
            arrive_s=up_to_s(line.arrive_ms[place]),
            begin_s=up_to_s(begin),
            late_s=up_to_s(max(0, begin - self._due[stop])),
        )

    def _leave_by_ms(self, line: _Row, place: int) -> int:
        """Return when the courier must set off to a pickup's visit so that nothing gets later.

        Waiting on the way to the first stop that counts can be spent before setting off.
        """
        while place > 1 and self._joins(line, place):
            place -= 1
        spare = 0
        for at in range(place, len(line.stop)):
            shared = at > place and self._joins(line, at)
            setup = 0 if shared else self._setup[line.stop[at]]
            spare += line.begin_ms[at] - line.arrive_ms[at] - setup
            if self._weight[line.stop[at]] > 0:
                break
        return line.depart_ms[place - 1] + spare

    def _joins(self, line: _Row, place: int) -> bool:
        """Tell whether a stop is part of the visit of the stop before it."""
        a, b = line.stop[place - 1], line.stop[place]
        if not (self._is_pickup[a] and self._is_pickup[b] and self._setup[b]):
            return False
        return (self._x[a], self._y[a]) == (self._x[b], self._y[b])

    def _state(self, pickup: int, leave_by_ms: int) -> tuple[State, int]:
        policy = self._policy
        decide_by_ms = leave_by_ms - policy.lead_ms
        waits = self._open[pickup] <= 0
        if waits and leave_by_ms <= policy.ready_commit_s * 1000:
            return State.COMMITTED, decide_by_ms
        late = decide_by_ms < policy.tick_s * 1000
        return (State.COMMITTED if late else State.HELD), decide_by_ms
