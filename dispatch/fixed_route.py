"""When to be where on a given route: windows may be broken, as little as possible ("plan mode").

A mixed-integer program: first the least sum of lead times and delays together with the shortest
route, then everything as early as that allows. Which window a call is measured by is part of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from dispatch.errors import ProblemError
from dispatch.fleet_problem import NO_LIMIT, Window

_SLACK = 0.01
"""Sums are whole numbers; so much is left to the solver's rounding."""


@dataclass(frozen=True, slots=True)
class Call:
    """A stop or a break of a given route, in hundredths of a second.

    `travel_cs` is the way from the stop before, None for a break, which interrupts the way to the
    next stop. `earliest_cs` and `latest_cs` bound the begin whatever the windows say.
    """

    windows: tuple[Window, ...]
    stay_cs: int
    travel_cs: int | None
    earliest_cs: int = 0
    latest_cs: int = NO_LIMIT


@dataclass(frozen=True, slots=True)
class FixedTimes:
    """When the vehicle starts and ends, when calls begin, the way behind it since the call before.

    `window` says by which of its windows a call is measured.
    """

    start_cs: int
    begin_cs: tuple[int, ...]
    travel_cs: tuple[int, ...]
    window: tuple[int, ...]
    end_cs: int


def fixed_times(
    calls: Sequence[Call], last_travel_cs: int, hours: Window, ends: tuple[Window, Window]
) -> FixedTimes:
    """Return the times of a route; `ends` bound start and end, `hours` is the working time.

    Raises ProblemError where the bounds leave no times at all.
    """
    model = _Model(calls, last_travel_cs, hours, ends)
    weight = max(1.0, float(model.length_cs))
    first = model.solve(weight * model.sum_of(model.wrong) + model.span())
    least = float(np.rint(first @ model.sum_of(model.wrong)))
    span = float(np.rint(first @ model.span()))
    model.limit(model.sum_of(model.wrong), least + _SLACK)
    model.limit(model.span(), span + _SLACK)
    found = model.solve(model.sum_of(model.begins[1:-1]) if calls else model.span())
    times = [round(found[column]) + model.base_cs for column in model.begins]
    chosen = tuple(int(np.argmax(found[columns])) if columns else 0 for columns in model.choices)
    travel = _travel(calls, times, last_travel_cs)
    return FixedTimes(times[0], tuple(times[1:-1]), travel, chosen, times[-1])


def _travel(calls: Sequence[Call], times: Sequence[int], last_cs: int) -> tuple[int, ...]:
    """Drive as early as the times allow: return the way done before every call."""
    done, number = [], 0
    while number < len(calls):
        last = number
        while last < len(calls) and calls[last].travel_cs is None:
            last += 1
        left = (calls[last].travel_cs or 0) if last < len(calls) else last_cs
        for at in range(number, min(last, len(calls) - 1) + 1):
            free = times[at + 1] - times[at] - (calls[at - 1].stay_cs if at else 0)
            moved = left if at == last else min(left, max(0, free))
            done.append(moved)
            left -= moved
        number = last + 1
    return tuple(done)


class _Model:
    """The program: columns for begins (start and end too), violations, windows and shares of ways.

    Times are counted from `base_cs`, so that numbers stay small.
    """

    def __init__(
        self,
        calls: Sequence[Call],
        last_travel_cs: int,
        hours: Window,
        ends: tuple[Window, Window],
    ) -> None:
        self._calls, count = calls, len(calls)
        ways = [call.travel_cs or 0 for call in calls]
        self.length_cs = sum(ways) + last_travel_cs + sum(call.stay_cs for call in calls)
        self.base_cs = self._base(hours, ends)
        self.begins = list(range(count + 2))
        self.wrong = list(range(count + 2, 2 * count + 4))
        self.choices, self.columns = [], 2 * count + 4
        for call in calls:
            self.choices.append(list(range(self.columns, self.columns + len(call.windows))))
            self.columns += len(call.windows)
        self._shares = list(range(self.columns, self.columns + count + 1))
        self.columns += count + 1
        self._rows: list[tuple[dict[int, float], float, float]] = []
        self._low, self._high = np.zeros(self.columns), np.full(self.columns, np.inf)
        self._bound(ends)
        self._follow()
        self._share(last_travel_cs)
        self._measure(hours)

    def _base(self, hours: Window, ends: tuple[Window, Window]) -> int:
        """Return a time before which nothing needs to be."""
        named = [hours[0]] if hours != (0, NO_LIMIT) else []
        named += [begin for call in self._calls for begin, _ in call.windows]
        named += [end for _, end in ends if end < NO_LIMIT]
        named += [call.latest_cs for call in self._calls if call.latest_cs < NO_LIMIT]
        return max(0, min(named, default=0) - self.length_cs)

    def _bound(self, ends: tuple[Window, Window]) -> None:
        bounds = [ends[0], *((call.earliest_cs, call.latest_cs) for call in self._calls), ends[1]]
        for column, (low, high) in zip(self.begins, bounds, strict=True):
            self._low[column] = max(0, low - self.base_cs)
            if high < NO_LIMIT:
                self._high[column] = high - self.base_cs
        if (self._low > self._high).any():
            raise ProblemError("the given times contradict each other")

    def _follow(self) -> None:
        """Each call begins when the one before is over and its share of the way is driven."""
        stays = [0, *(call.stay_cs for call in self._calls)]
        for at, stay in enumerate(stays):
            row = {self.begins[at + 1]: 1.0, self.begins[at]: -1.0, self._shares[at]: -1.0}
            self._rows.append((row, float(stay), np.inf))

    def _share(self, last_travel_cs: int) -> None:
        """The shares between two stops make up the way between them."""
        open_shares: list[int] = []
        for at, way in enumerate([*(call.travel_cs for call in self._calls), last_travel_cs]):
            open_shares.append(self._shares[at])
            if way is not None:
                self._rows.append((dict.fromkeys(open_shares, 1.0), float(way), float(way)))
                open_shares = []

    def _measure(self, hours: Window) -> None:
        """Say how much too early or too late everything is."""
        if hours[0] > self.base_cs:
            row = {self.wrong[0]: 1.0, self.begins[0]: 1.0}
            self._rows.append((row, float(hours[0] - self.base_cs), np.inf))
        if hours[1] < NO_LIMIT:
            row = {self.wrong[-1]: -1.0, self.begins[-1]: 1.0}
            self._rows.append((row, -np.inf, float(hours[1] - self.base_cs)))
        for at, (call, columns) in enumerate(zip(self._calls, self.choices, strict=True), start=1):
            if not columns:
                continue
            opens = {c: -float(begin - self.base_cs) for c, (begin, _) in _pairs(columns, call)}
            closes = {c: -float(end - self.base_cs) for c, (_, end) in _pairs(columns, call)}
            begin, wrong = self.begins[at], self.wrong[at]
            self._rows.append(({begin: 1.0, wrong: 1.0, **opens}, 0.0, np.inf))
            self._rows.append(({begin: 1.0, wrong: -1.0, **closes}, -np.inf, 0.0))
            self._rows.append((dict.fromkeys(columns, 1.0), 1.0, 1.0))
            self._high[columns] = 1.0

    def sum_of(self, columns: Sequence[int]) -> np.ndarray:
        """Return the weights of a sum of columns."""
        weights = np.zeros(self.columns)
        weights[columns] = 1.0
        return weights

    def span(self) -> np.ndarray:
        """Return the weights of the time from start to end."""
        weights = np.zeros(self.columns)
        weights[self.begins[-1]], weights[self.begins[0]] = 1.0, -1.0
        return weights

    def limit(self, weights: np.ndarray, most: float) -> None:
        """Hold a sum down from now on."""
        row = {int(column): float(weights[column]) for column in np.flatnonzero(weights)}
        self._rows.append((row, -np.inf, most))

    def solve(self, goal: np.ndarray) -> np.ndarray:
        """Return the columns of the least goal."""
        places = [(at, column) for at, (row, _, _) in enumerate(self._rows) for column in row]
        values = [value for row, _, _ in self._rows for value in row.values()]
        rows, columns = np.array(places).T
        matrix = coo_array((values, (rows, columns)), shape=(len(self._rows), self.columns))
        low = np.array([row[1] for row in self._rows])
        high = np.array([row[2] for row in self._rows])
        whole = np.zeros(self.columns)
        whole[[column for columns in self.choices if len(columns) > 1 for column in columns]] = 1
        found = milp(
            goal,
            integrality=whole,
            bounds=Bounds(self._low, self._high),
            constraints=LinearConstraint(matrix.tocsr(), low, high),
        )
        if found.x is None:
            raise ProblemError("no times fit the given ones")
        solution: np.ndarray = found.x
        return solution


def _pairs(columns: Sequence[int], call: Call) -> Iterator[tuple[int, Window]]:
    return zip(columns, call.windows, strict=True)
