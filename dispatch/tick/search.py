"""Ruin and recreate over couriers' sequences: the rolling plan gets better until its budget ends.

Adjacent string removal with blinks (Christiaens & Vanden Berghe, "Slack induction by string
removals for vehicle routing problems", Transportation Science 54(2), 2020), on waiting deliveries.
"""

import math
from typing import Final

from dispatch.kernel.chance import below, draw
from dispatch.kernel.compiled import kernel
from dispatch.tick.board import FIRST, NEVER, Board, Routes
from dispatch.tick.bound import least_added
from dispatch.tick.memory import ABSENT, PRICED, STEPS, TOUCHED, WAS_ABSENT, Memory
from dispatch.tick.placing import best_place
from dispatch.tick.timing import put_in, retime, take_out

_STRINGS: Final = 6
_LONGEST: Final = 3
_BLINK: Final = 0.01


@kernel
def improve(
    board: Board,
    routes: Routes,
    memory: Memory,
    steps: int,
    most_priced: int,
    hot: float,
    cold: float,
) -> int:
    """Take `steps` steps of search from the plan in `routes`; leave the best one there.

    It ends early once `most_priced` insertions were priced. A try is kept when it costs less than
    the present plan plus a random share of the temperature, which falls from `hot` to `cold`.
    Returns the cost of the best plan.
    """
    fill(board, routes, memory, 0.0)
    now = total(board, routes, memory)
    best = now
    _keep_best(routes, memory)
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    for _ in range(steps):
        if memory.tally[PRICED] >= most_priced:
            break
        before = now
        _begin_try(memory)
        now += ruin(board, routes, memory)
        now += fill(board, routes, memory, _BLINK)
        memory.tally[STEPS] += 1
        if now < best:
            best = now
            _keep_best(routes, memory)
        elif now >= before - heat * math.log(max(1e-12, draw(memory.state))):
            _undo(board, routes, memory)
            now = before
        heat *= cooling
    _take_best(board, routes, memory)
    _begin_try(memory)
    return best + fill(board, routes, memory, 0.0)  # a blink may have left a place unseen


@kernel
def total(board: Board, routes: Routes, memory: Memory) -> int:
    """Return what the plan costs: the rows and the deliveries left."""
    cost = 0
    for courier in range(len(routes.cost)):
        cost += routes.cost[courier]
    for at in range(memory.tally[ABSENT]):
        cost += board.leave[memory.absent[at]]
    return cost


@kernel
def touch(routes: Routes, memory: Memory, courier: int) -> None:
    """Remember a row as it is before it changes, once per try."""
    if memory.is_touched[courier] == 1:
        return
    memory.is_touched[courier] = 1
    memory.touched[memory.tally[TOUCHED]] = courier
    memory.tally[TOUCHED] += 1
    memory.size[courier] = routes.size[courier]
    memory.row_version[courier] = routes.version[courier]
    for place in range(1, routes.size[courier] + 1):
        memory.stop[courier, place] = routes.stop[courier, place]


@kernel
def _begin_try(memory: Memory) -> None:
    for at in range(memory.tally[TOUCHED]):
        memory.is_touched[memory.touched[at]] = 0
    memory.tally[TOUCHED] = 0
    memory.tally[WAS_ABSENT] = memory.tally[ABSENT]
    for at in range(memory.tally[ABSENT]):
        memory.was_absent[at] = memory.absent[at]


@kernel
def _undo(board: Board, routes: Routes, memory: Memory) -> None:
    """Put the touched rows back as they were, with their versions."""
    for at in range(memory.tally[TOUCHED]):
        courier = memory.touched[at]
        _set_row(board, routes, courier, memory.stop, memory.size[courier])
        routes.version[courier] = memory.row_version[courier]
    memory.tally[ABSENT] = memory.tally[WAS_ABSENT]
    for at in range(memory.tally[WAS_ABSENT]):
        memory.absent[at] = memory.was_absent[at]
        routes.route_of[memory.absent[at]] = -1


@kernel
def _set_row(board: Board, routes: Routes, courier: int, stops, size: int) -> None:  # type: ignore[no-untyped-def]  # of rows
    routes.size[courier] = size
    for place in range(1, size + 1):
        s = stops[courier, place]
        routes.stop[courier, place] = s
        if board.delivery[s] >= 0:
            routes.route_of[board.delivery[s]] = courier
    retime(board, routes, courier)


@kernel
def _keep_best(routes: Routes, memory: Memory) -> None:
    for courier in range(len(routes.size)):
        memory.best_size[courier] = routes.size[courier]
        for place in range(1, routes.size[courier] + 1):
            memory.best_stop[courier, place] = routes.stop[courier, place]
    memory.best_absent[0] = memory.tally[ABSENT]
    for at in range(memory.tally[ABSENT]):
        memory.best_absent[at + 1] = memory.absent[at]


@kernel
def _take_best(board: Board, routes: Routes, memory: Memory) -> None:
    for courier in range(len(routes.size)):
        _set_row(board, routes, courier, memory.best_stop, memory.best_size[courier])
    memory.tally[ABSENT] = memory.best_absent[0]
    for at in range(memory.tally[ABSENT]):
        memory.absent[at] = memory.best_absent[at + 1]
        routes.route_of[memory.absent[at]] = -1


@kernel
def remove(board: Board, routes: Routes, memory: Memory, delivery: int) -> int:
    """Take a delivery out of its row, and what may not be driven without it; return the change."""
    courier = routes.route_of[delivery]
    touch(routes, memory, courier)
    before, change = routes.cost[courier], 0
    good = take_out(board, routes, courier, delivery)
    memory.absent[memory.tally[ABSENT]] = delivery
    memory.tally[ABSENT] += 1
    change += board.leave[delivery]
    while not good:
        last = routes.size[courier]
        while board.delivery[routes.stop[courier, last]] < 0:
            last -= 1
        other = board.delivery[routes.stop[courier, last]]
        good = take_out(board, routes, courier, other)
        memory.absent[memory.tally[ABSENT]] = other
        memory.tally[ABSENT] += 1
        change += board.leave[other]
    total_change: int = change + routes.cost[courier] - before
    return total_change


@kernel
def ruin(board: Board, routes: Routes, memory: Memory) -> int:
    """Take strings of deliveries near a random one out of their rows; return the cost's change."""
    state, change = memory.state, 0
    seed = below(state, len(board.home))
    strings = 1 + below(state, _STRINGS)
    change += _string(board, routes, memory, seed)
    for at in range(board.kin.shape[1]):
        delivery = board.kin[seed, at]
        if delivery < 0 or memory.tally[TOUCHED] >= strings:
            break
        courier = routes.route_of[delivery]
        if courier >= 0 and memory.is_touched[courier] == 0:
            change += _string(board, routes, memory, delivery)
    return change


@kernel
def _string(board: Board, routes: Routes, memory: Memory, delivery: int) -> int:
    """Take up to a few neighbours in sequence, `delivery` among them, out of its row."""
    courier = routes.route_of[delivery]
    if courier < 0:
        return 0
    size, found, mine = routes.size[courier], 0, 0
    for place in range(1, size + 1):
        s = routes.stop[courier, place]
        if board.delivery[s] >= 0 and board.is_pickup[s] == 1:
            if board.delivery[s] == delivery:
                mine = found
            memory.order[found] = board.delivery[s]
            found += 1
    length = min(found, 1 + below(memory.state, _LONGEST))
    first = max(0, min(mine - below(memory.state, length), found - length))
    change = 0
    for at in range(first, first + length):
        if routes.route_of[memory.order[at]] == courier:
            change += remove(board, routes, memory, memory.order[at])
    return change


@kernel
def fill(board: Board, routes: Routes, memory: Memory, blink: float) -> int:
    """Put absent deliveries back, one after the other, each where it costs least now.

    Return the change of the cost. Those without a place stay absent.
    """
    _sort(board, memory)
    change, left = 0, 0
    for at in range(memory.tally[ABSENT]):
        delivery = memory.absent[at]
        added, k = cheapest(board, routes, memory, delivery, blink)
        if added >= board.leave[delivery]:
            memory.absent[left] = delivery
            left += 1
            continue
        courier, pickup = board.tries[delivery, k], board.knobs[FIRST] + delivery
        touch(routes, memory, courier)
        before = routes.cost[courier]
        dropoff = pickup + len(board.home)
        i, j = memory.pickup_at[delivery, k], memory.dropoff_at[delivery, k]
        put_in(board, routes, courier, pickup, dropoff, i, j)
        change += routes.cost[courier] - before - board.leave[delivery]
    memory.tally[ABSENT] = left
    return change


@kernel
def cheapest(
    board: Board, routes: Routes, memory: Memory, delivery: int, blink: float
) -> tuple[int, int]:
    """Return the least cost of a delivery and which of its couriers (place in `tries`) has it."""
    best, best_at = NEVER, -1
    for k in range(board.tries.shape[1]):
        courier = board.tries[delivery, k]
        if courier < 0:
            break
        if memory.version[delivery, k] == routes.version[courier]:
            cost = memory.added[delivery, k]
            if cost < best and (blink == 0.0 or draw(memory.state) >= blink):
                best, best_at = cost, k
    for k in range(board.tries.shape[1]):
        courier = board.tries[delivery, k]
        if courier < 0:
            break
        if memory.version[delivery, k] == routes.version[courier]:
            continue
        if least_added(board, routes, courier, delivery) >= best:
            continue
        learn(board, routes, memory, delivery, k)
        cost = memory.added[delivery, k]
        if cost < best and (blink == 0.0 or draw(memory.state) >= blink):
            best, best_at = cost, k
    return best, best_at


@kernel
def learn(board: Board, routes: Routes, memory: Memory, delivery: int, k: int) -> None:
    """Price a delivery in the row of its k-th courier as it is now."""
    courier = board.tries[delivery, k]
    added, i, j, why = best_place(board, routes, courier, delivery)
    memory.tally[PRICED] += 1
    memory.version[delivery, k] = routes.version[courier]
    memory.added[delivery, k] = added
    memory.pickup_at[delivery, k] = i if added < NEVER else why
    memory.dropoff_at[delivery, k] = j


@kernel
def _sort(board: Board, memory: Memory) -> None:
    """Sort the absent: by chance, by when they are ready, or by who finds it hardest to wait."""
    count, kind = memory.tally[ABSENT], below(memory.state, 4)
    for at in range(count):
        delivery = memory.absent[at]
        if kind == 0:
            key = below(memory.state, 1 << 30)
        elif kind == 1:
            key = board.from_ms[delivery]
        elif kind == 2:
            key = board.open_ms[board.knobs[FIRST] + delivery]
        else:
            key = -board.leave[delivery]
        memory.key[at] = key
    for at in range(1, count):
        delivery, key, to = memory.absent[at], memory.key[at], at
        while to > 0 and memory.key[to - 1] > key:
            memory.absent[to], memory.key[to] = memory.absent[to - 1], memory.key[to - 1]
            to -= 1
        memory.absent[to], memory.key[to] = delivery, key
