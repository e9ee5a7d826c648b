"""Steps of ruin and recreate over a mixed fleet: least weight left out first, then least cost."""

from math import log

import numpy as np

from dispatch.kernel.chance import below, draw
from dispatch.kernel.compiled import kernel
from dispatch.kernel.mixed.recreate import recreate
from dispatch.kernel.mixed.routes import is_sound
from dispatch.kernel.mixed.ruin import ruin
from dispatch.kernel.mixed.search import ROWS, STEPS, MixedSearch, change, keep_best, settle
from dispatch.kernel.mixed.tails import swap_tails
from dispatch.kernel.mixed.task import ORDERS, MixedTask
from dispatch.kernel.parts import part


@part
def all_sound(task: MixedTask, search: MixedSearch) -> bool:
    """Tell whether the rows that a try touched hold; where detours save time, one may not."""
    for k in range(search.tally[ROWS]):
        if not is_sound(task, search.trial, search.rows[k]):
            return False
    return True


@kernel
def anneal(
    task: MixedTask,
    search: MixedSearch,
    steps: int,
    removals: float,
    blink: float,
    tails: float,
    heat: float,
) -> None:
    """Take `steps` steps at one temperature (cost); a share `tails` of them swaps tails."""
    now, trial, best, total = search.now, search.trial, search.best, search.total
    for _ in range(steps):
        if draw(search.state) < tails:
            if not swap_tails(task, search):
                settle(task, search, now, trial)
                continue
        else:
            ruin(task, search, removals)
            choices = ORDERS + 1 if now.absences[0] > 0 else ORDERS
            recreate(task, search, below(search.state, choices), blink)
        more = change(search)
        less = now.left[0] - trial.left[0]
        limit = np.inf if less > 0 else -heat * log(1.0 - draw(search.state))
        if less >= 0 and more < limit and all_sound(task, search):
            total[0] += more
            settle(task, search, trial, now)
            saved = best.left[0] - now.left[0]
            if saved > 0 or (saved == 0 and total[0] < total[1] - 1e-9):
                keep_best(task, search)
        else:
            settle(task, search, now, trial)
    search.tally[STEPS] += steps
