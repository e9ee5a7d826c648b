"""Steps of ruin and recreate under simulated annealing: fewest left out first, then least cost."""

from math import log

from dispatch.kernel.chance import below, draw
from dispatch.kernel.compiled import kernel
from dispatch.kernel.memory import STEPS
from dispatch.kernel.recreate import recreate
from dispatch.kernel.ruin import ruin
from dispatch.kernel.search import Search, accept, change, keep_best, refuse
from dispatch.kernel.task import ORDERS, Task


@kernel
def anneal(
    task: Task,
    search: Search,
    steps: int,
    removals: float,
    blink: float,
    hot: float,
    cold: float,
) -> None:
    """Take `steps` steps; the temperature falls geometrically from `hot` to `cold` (cost)."""
    heat, falls = hot, (cold / hot) ** (1.0 / steps)
    now, trial, total = search.now, search.trial, search.total
    for _ in range(steps):
        ruin(task, trial, search.memory, removals, search.state)
        order = below(search.state, ORDERS)
        recreate(task, trial, search.memory, order, blink, search.state)
        more = change(search)
        fewer = now.absences[0] - trial.absences[0]
        if fewer > 0 or (fewer == 0 and more < -heat * log(1.0 - draw(search.state))):
            total[0] += more
            accept(task, search)
            left = now.absences[0] - search.best.absences[0]
            if left < 0 or (left == 0 and total[0] < total[1] - 1e-9):
                keep_best(search)
        else:
            refuse(task, search)
        heat *= falls
    search.memory.tally[STEPS] += steps
