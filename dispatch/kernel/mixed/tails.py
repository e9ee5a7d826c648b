"""Swapping the tails of two routes: the one move that strings cannot make.

2-opt* (Potvin & Rousseau, "An exchange heuristic for routing problems with time windows", Journal
of the Operational Research Society 46(12), 1995). A cut may not part an item's two stops.
"""

from dispatch.kernel.chance import below
from dispatch.kernel.mixed.routes import MixedRoutes, is_sound, retime
from dispatch.kernel.mixed.search import MixedSearch, touch
from dispatch.kernel.mixed.task import MixedTask
from dispatch.kernel.mixed.walk import walk
from dispatch.kernel.parts import part

_NEIGHBOURS = 12


@part
def parts_an_item(task: MixedTask, routes: MixedRoutes, row: int, cut: int) -> bool:
    """Tell whether an item has its first stop up to place `cut` of a row, its second behind it."""
    items, stop = task.items, routes.stop[row]
    for place in range(cut + 1, routes.size[row] + 1):
        item = task.nodes.item_of[stop[place]]
        if routes.place_of[items.first[item]] <= cut:
            return True
    return False


@part
def may_take(task: MixedTask, routes: MixedRoutes, row: int, cut: int, other: int) -> bool:
    """Tell whether vehicle `other` may carry everything behind place `cut` of a row."""
    for place in range(cut + 1, routes.size[row] + 1):
        item = task.nodes.item_of[routes.stop[row, place]]
        if task.items.allowed[item, other] == 0 or task.items.pinned[item] != 0:
            return False
    return True


@part
def settled(task: MixedTask, search: MixedSearch, row: int) -> bool:
    """Work a changed row out anew and tell whether it holds every limit."""
    routes, fleet = search.trial, task.fleet
    size = routes.size[row]
    if size > fleet.most_stops[row]:
        return False
    if fleet.careful[row] != 0 and size > 0:
        for place in range(size + 2):
            search.desk.trail.way[place] = routes.stop[row, place]
        routes.extra[row] = walk(task, row, search.desk.trail, size + 1)
    retime(task, routes, row)
    for place in range(1, size + 1):
        routes.route_of[task.nodes.item_of[routes.stop[row, place]]] = row
    for k in range(fleet.capacity.shape[1]):
        if routes.most_before[row, size, k] > fleet.capacity[row, k]:
            return False
    return is_sound(task, routes, row)


@part
def exchange(task: MixedTask, routes: MixedRoutes, a: int, i: int, b: int, j: int) -> None:
    """Swap what stands behind place i of row a and place j of row b."""
    first, second = routes.size[a] - i, routes.size[b] - j
    for k in range(1, max(first, second) + 1):
        here, there = routes.stop[a, min(i + k, i + first)], routes.stop[b, min(j + k, j + second)]
        if k <= second:
            routes.stop[a, i + k] = there
        if k <= first:
            routes.stop[b, j + k] = here
    routes.size[a], routes.size[b] = i + second, j + first
    routes.stop[a, i + second + 1] = task.fleet.end[a]
    routes.stop[b, j + first + 1] = task.fleet.end[b]


@part
def swap_tails(task: MixedTask, search: MixedSearch) -> bool:
    """Swap the tails of two rows behind and before two near stops; tell whether both hold.

    Where they do not, the caller goes back to where the search stands.
    """
    routes, state, fleet = search.trial, search.state, task.fleet
    item = below(state, len(task.items.first))
    a = routes.route_of[item]
    if a < 0:
        return False
    node = task.items.first[item]
    near = task.nodes.near[node, below(state, min(_NEIGHBOURS, task.nodes.near.shape[1]))]
    b = routes.route_of[task.nodes.item_of[near]]
    if b < 0 or a == b:
        return False
    i, j = routes.place_of[node], routes.place_of[near] - 1
    if i < fleet.pinned[a] or j < fleet.pinned[b]:
        return False
    if parts_an_item(task, routes, a, i) or parts_an_item(task, routes, b, j):
        return False
    if not (may_take(task, routes, a, i, b) and may_take(task, routes, b, j, a)):
        return False
    if max(i + routes.size[b] - j, j + routes.size[a] - i) + 2 > routes.stop.shape[1]:
        return False
    touch(search, a)
    touch(search, b)
    exchange(task, routes, a, i, b, j)
    return bool(settled(task, search, a) & settled(task, search, b))
