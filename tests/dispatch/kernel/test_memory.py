"""A fresh memory knows nothing."""

from dispatch.kernel.memory import UNKNOWN, make_memory
from tests.dispatch.kernel.small_tasks import random_problem, search_of, task_of


def test_a_fresh_memory_fits_no_row_and_counts_everyone_once() -> None:
    task = task_of(random_problem(1))
    routes = search_of(task, 3, 1).now
    memory = make_memory(task, routes)
    assert (memory.version == UNKNOWN).all()
    assert (routes.version != UNKNOWN).all()
    assert memory.missed.tolist() == [1] * 5
