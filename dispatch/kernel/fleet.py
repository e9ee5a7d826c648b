"""Fleet reduction: a route was emptied; search until everything fits into the others.

Absence counters of SISR (Christiaens & Vanden Berghe 2020): a state is better when the deliveries
it leaves out have been left out less often, so that the search turns to those hard to place.
"""

from math import log

from dispatch.kernel.chance import below, draw
from dispatch.kernel.compiled import kernel
from dispatch.kernel.memory import STEPS, Memory
from dispatch.kernel.recreate import recreate
from dispatch.kernel.routes import Routes
from dispatch.kernel.ruin import ruin
from dispatch.kernel.search import Search, accept, change, keep_best, refuse
from dispatch.kernel.task import ORDERS, Task


@kernel
def missed(memory: Memory, routes: Routes) -> int:
    """Return how often the absent deliveries were left out, in all."""
    total = 0
    for k in range(routes.absences[0]):
        total += memory.missed[routes.absent[k]]
    return total


@kernel
def squeeze(
    task: Task, search: Search, steps: int, removals: float, blink: float, heat: float
) -> bool:
    """Take up to `steps` steps towards no absences; tell whether it was reached (and stop then)."""
    now, trial, memory = search.now, search.trial, search.memory
    for _ in range(steps):
        if now.absences[0] == 0:
            break
        memory.tally[STEPS] += 1
        ruin(task, trial, memory, removals, search.state)
        order = below(search.state, ORDERS + 1)
        recreate(task, trial, memory, order, blink, search.state)
        before, after = missed(memory, now), missed(memory, trial)
        for k in range(trial.absences[0]):
            memory.missed[trial.absent[k]] += 1
        more = change(search)
        better = after < before or trial.absences[0] < now.absences[0]
        if better or (
            trial.absences[0] == now.absences[0]
            and after == before
            and more < -heat * log(1.0 - draw(search.state))
        ):
            search.total[0] += more
            accept(task, search)
        else:
            refuse(task, search)
    if now.absences[0] > 0:
        return False
    keep_best(search)
    return True
