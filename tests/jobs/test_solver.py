"""Solvers that hang or plan what must not be: dispatch goes on without them."""

from dataclasses import replace
from typing import Any

import pytest

from jobs import dispatch_tick
from jobs.dispatch_tick import DispatchTick
from jobs.solver import PlanRefused, Solver, SolverHung
from tests.jobs.market import offers_of, stand
from tests.support.cast import Cast
from tests.support.people import Person


class HungSolver(Solver):
    """A solver that hangs once and notes how it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.policies: list[Any] = []

    async def decide(self, problem: bytes, policy: Any, seed: int, deadline_s: float) -> Any:
        """Decide, but not the first time."""
        self.policies.append(policy)
        if len(self.policies) == 1:
            raise SolverHung("no answer")
        return await super().decide(problem, policy, seed, deadline_s)


class RefusingSolver(Solver):
    """A solver whose plans break a rule."""

    async def decide(self, *_arguments: Any) -> Any:
        """Refuse."""
        raise PlanRefused("the courier is excluded")


async def two_couriers(cast: Cast) -> tuple[Person, Person]:
    """Return a courier near the pickup and one far from it."""
    near, far = await cast.courier(), await cast.courier()
    await stand(cast.stack, far, 41.20, -8.55)
    await stand(cast.stack, near, 41.151, -8.611)
    return near, far


async def test_a_solver_that_hangs_is_killed_and_replaced(cast: Cast) -> None:
    """The tick waits a bounded time, the hung process is gone."""
    near, _far = await two_couriers(cast)
    await cast.order(await cast.customer())
    problem = (await DispatchTick(cast.stack.station, cast.stack.solver)._problems())[0]
    policy = cast.stack.station.resources[dispatch_tick.POLICY]
    solver = cast.stack.solver
    for_ever = replace(
        policy, steps_per_delivery=100_000, most_steps=10_000_000, most_insertions=10**9
    )
    with pytest.raises(SolverHung):
        await solver.decide(problem.to_bytes(), for_ever, 1, 0.001)
    assert solver._process is None
    await stand(cast.stack, near, 41.151, -8.611)  # compiling may have taken long
    await cast.stack.dispatch()
    assert len(await offers_of(near)) == 1


async def test_a_plan_that_breaks_a_rule_is_refused_and_the_next_tick_decides(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of it is offered, and it is not gone on from."""
    near, _far = await two_couriers(cast)
    await cast.order(await cast.customer())
    tick = DispatchTick(cast.stack.station, RefusingSolver())
    await tick.run_once()
    assert await offers_of(near) == []
    assert [record for record in caplog.records if "was refused" in record.message]
    await cast.stack.dispatch()
    assert len(await offers_of(near)) == 1


async def test_after_a_solver_that_hung_ticks_are_decided_without_search(cast: Cast) -> None:
    """A plan by insertion is better than none."""
    near, _far = await two_couriers(cast)
    await cast.order(await cast.customer())
    hung = HungSolver()
    tick = DispatchTick(cast.stack.station, hung)
    await tick.run_once()
    assert await offers_of(near) == []
    await tick.run_once()
    assert [policy.most_insertions > 0 for policy in hung.policies] == [True, False]
    assert len(await offers_of(near)) == 1
    hung.stop()
