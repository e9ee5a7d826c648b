"""Ruin for a mixed fleet: strings of neighbouring stops taken out of neighbouring routes.

Adjacent string removal of SISR (Christiaens & Vanden Berghe 2020), as in dispatch/kernel/ruin.py;
items of a pinned prefix stay where they are.
"""

from dispatch.kernel.chance import below, draw
from dispatch.kernel.mixed.routes import retime
from dispatch.kernel.mixed.search import MixedSearch, touch
from dispatch.kernel.mixed.task import MixedTask
from dispatch.kernel.mixed.walk import walk
from dispatch.kernel.parts import part

_LONGEST = 10.0


@part
def take_out(task: MixedTask, search: MixedSearch, row: int) -> None:
    """Remove all marked items from a row of the try; they become absent."""
    routes, items = search.trial, task.items
    stop, kept, size = routes.stop[row], 1, routes.size[row]
    for place in range(1, size + 1):
        node = stop[place]
        item = task.nodes.item_of[node]
        if search.marked[item] == 0 or items.pinned[item] != 0:
            stop[kept] = node
            kept += 1
        elif node == items.second[item]:
            routes.absent[routes.absences[0]] = item
            routes.absences[0] += 1
            routes.left[0] += items.weight[item]
            routes.route_of[item] = -1
    if kept == size + 1:
        return
    stop[kept] = task.fleet.end[row]
    routes.size[row] = kept - 1
    touch(search, row)
    if task.fleet.careful[row] != 0 and kept > 1:
        for place in range(kept + 1):
            search.desk.trail.way[place] = stop[place]
        routes.extra[row] = walk(task, row, search.desk.trail, kept)
    retime(task, routes, row)


@part
def mark_string(task: MixedTask, search: MixedSearch, node: int, length: int) -> None:
    """Mark `length` stops around `node` in its route; half the time some in between are kept."""
    routes, state = search.trial, search.state
    row = routes.route_of[task.nodes.item_of[node]]
    size, place = routes.size[row], routes.place_of[node]
    kept = 0
    if length > 1 and draw(state) < 0.5:
        while length + kept < size and draw(state) < 0.99:
            kept += 1
            if draw(state) < 0.5:
                break
    span = length + kept
    first = max(1, place - span + 1)
    last = min(place, size - span + 1)
    begin = first + below(state, last - first + 1)
    spared = begin + below(state, length + 1)
    for k in range(begin, begin + span):
        if k < spared or k >= spared + kept:
            search.marked[task.nodes.item_of[routes.stop[row, k]]] = 1


@part
def string_seed(task: MixedTask, search: MixedSearch) -> int:
    """Return the node that strings are taken around; often one of an item that found no place."""
    items, state, routes = task.items, search.state, search.now
    item = below(state, len(items.first))
    if routes.absences[0] > 0 and draw(state) < 0.3:
        item = routes.absent[below(state, routes.absences[0])]
    return int(items.first[item] if draw(state) < 0.5 else items.second[item])


@part
def ruin(task: MixedTask, search: MixedSearch, removals: float) -> None:
    """Remove about `removals` stops on average, in strings around a stop chosen by chance."""
    routes, state = search.trial, search.state
    stops, rows = 0, 0
    for row in range(len(routes.size)):
        stops += routes.size[row]
        rows += 1 if routes.size[row] > 0 else 0
    if rows == 0:
        return
    longest = min(_LONGEST, stops / rows)
    most = 4.0 * removals / (1.0 + longest) - 1.0
    strings = max(1, int(1.0 + draw(state) * most))
    seed = string_seed(task, search)
    for k in range(task.nodes.near.shape[1]):
        node = task.nodes.near[seed, k]
        row = routes.route_of[task.nodes.item_of[node]]
        if row < 0 or search.touched[row] != 0:
            continue
        limit = min(longest, float(routes.size[row]))
        mark_string(task, search, node, 1 + below(state, int(limit)))
        take_out(task, search, row)
        strings -= 1
        if strings == 0:
            break
    for k in range(len(search.marked)):
        search.marked[k] = 0
