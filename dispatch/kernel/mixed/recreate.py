"""Recreate for a mixed fleet: put absent items back, each where it costs least, with blinks.

Greedy insertion with blinks of SISR (Christiaens & Vanden Berghe 2020). The best places of an item
in a row are remembered until the row changes.
"""

import numpy as np

from dispatch.kernel.chance import draw
from dispatch.kernel.mixed.insertion import best_places
from dispatch.kernel.mixed.routes import retime
from dispatch.kernel.mixed.search import MixedSearch, touch
from dispatch.kernel.mixed.task import ORDERS, MixedTask
from dispatch.kernel.parts import part

MISSED = ORDERS
"""The order by how often an item found no place, most often first."""


@part
def remember(task: MixedTask, search: MixedSearch, item: int, row: int) -> None:
    """Work out the best insertion of an item into a row, for as long as the row stays so."""
    desk, routes = search.desk, search.trial
    best_places(task, routes, row, item, desk)
    search.added[item, row], search.extra[item, row] = desk.found[0], desk.found[1]
    search.first_at[item, row], search.second_at[item, row] = desk.places[0], desk.places[1]
    search.version[item, row] = routes.version[row]


@part
def cheapest_row(task: MixedTask, search: MixedSearch, item: int, blink: float) -> int:
    """Return the row where an item costs least, or -1; each row is overlooked by chance.

    Of empty rows with the same kind of vehicle only the first is tried.
    """
    best, chosen, group = np.inf, -1, -1
    routes, fleet = search.trial, task.fleet
    for row in range(len(routes.size)):
        if routes.size[row] == 0:
            if fleet.group[row] == group:
                continue
            group = fleet.group[row]
        if task.items.allowed[item, row] == 0 or draw(search.state) < blink:
            continue
        if search.version[item, row] != routes.version[row]:
            remember(task, search, item, row)
        if search.added[item, row] < best:
            best, chosen = search.added[item, row], row
    return chosen


@part
def sort_absent(task: MixedTask, search: MixedSearch, order: int) -> None:
    """Sort absent items by one of the task's orders (0: by chance) or MISSED."""
    absent, count = search.trial.absent, search.trial.absences[0]
    for k in range(count):
        item = absent[k]
        if order == MISSED:
            search.key[item] = -float(search.missed[item])
        else:
            search.key[item] = draw(search.state) if order == 0 else task.items.keys[order, item]
    for k in range(1, count):
        item = absent[k]
        key, place = search.key[item], k
        while place > 0 and search.key[absent[place - 1]] > key:
            absent[place] = absent[place - 1]
            place -= 1
        absent[place] = item


@part
def insert(task: MixedTask, search: MixedSearch, item: int, row: int) -> None:
    """Put an item where the search remembers that it costs least in a row."""
    routes, items = search.trial, task.items
    i, j = search.first_at[item, row], search.second_at[item, row]
    stop, more = routes.stop[row], 1
    touch(search, row)
    if items.first[item] != items.second[item]:
        more = 2
        for place in range(routes.size[row] + 1, j, -1):
            stop[place + 2] = stop[place]
        stop[j + 2] = items.second[item]
        for place in range(j, i, -1):
            stop[place + 1] = stop[place]
    else:
        for place in range(routes.size[row] + 1, i, -1):
            stop[place + 1] = stop[place]
    stop[i + 1] = items.first[item]
    routes.size[row] += more
    routes.route_of[item] = row
    routes.left[0] -= items.weight[item]
    routes.extra[row] = search.extra[item, row]
    retime(task, routes, row)


@part
def recreate(task: MixedTask, search: MixedSearch, order: int, blink: float) -> None:
    """Insert absent items in the given order; those without a feasible place stay absent."""
    sort_absent(task, search, order)
    routes, left = search.trial, 0
    for k in range(routes.absences[0]):
        item = routes.absent[k]
        row = cheapest_row(task, search, item, blink)
        if row < 0 or search.added[item, row] == np.inf:
            search.missed[item] += 1
            routes.absent[left] = item
            left += 1
            continue
        insert(task, search, item, row)
    routes.absences[0] = left
