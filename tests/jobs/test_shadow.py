"""The shadow policy decides beside the live one, tells, and changes nothing."""

import asyncio
import logging
from typing import Any

import pytest

from api.planning import policy_of, shadow_of
from benchmarks.tick_city import city
from dispatch.errors import PolicyError
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.solve import solve
from jobs.shadow import Shadow
from jobs.solver import Decision, Solver, SolverHung
from tests.support.programs import Stack

ROLLING = DispatchPolicy(rolling=1)


class OwnSolver(Solver):
    """A solver in this process that notes what it was asked."""

    def __init__(self, *, hangs: bool = False) -> None:
        super().__init__()
        self.asked: list[Problem] = []
        self._hangs = hangs

    async def decide(self, problem: bytes, policy: Any, seed: int, deadline_s: float) -> Decision:
        """Decide at once, or not at all."""
        self.asked.append(Problem.from_bytes(problem))
        await asyncio.sleep(0)
        if self._hangs:
            raise SolverHung(f"no answer within {deadline_s} s")
        return Decision(solve(self.asked[-1], policy, seed).to_bytes(), {}, {})


async def test_it_tells_how_another_policy_would_have_decided(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And goes on from its own plans, not from the live ones."""
    problem, solver = city(15, 15, 1, seed=2), OwnSolver()
    shadow = Shadow(DispatchPolicy(rolling=1, travel_weight=5000), solver)
    live = solve(problem, ROLLING, 1)
    with caplog.at_level(logging.INFO, logger="jobs.shadow"):
        for _ in range(2):
            shadow.consider(problem, live, 1)
            await shadow.settled()
    told = [record for record in caplog.records if record.message == "shadow tick"]
    assert len(told) == 2
    assert 0 <= told[0].__dict__["agreement"] < 1
    assert told[0].__dict__["more_eta_s"] != 0
    assert len(solver.asked[0].kept) == 0 < len(solver.asked[1].kept)


async def test_a_matching_can_be_tried_beside_a_rolling_plan() -> None:
    """It looks at no kept plan, its own least of all."""
    problem, solver = city(15, 15, 1, seed=2), OwnSolver()
    shadow, live = Shadow(DispatchPolicy(rolling=0), solver), solve(problem, ROLLING, 1)
    for _ in range(2):
        shadow.consider(problem, live, 1)
        await shadow.settled()
    assert len(solver.asked[1].kept) > 0


async def test_a_tick_that_comes_too_soon_is_left_out_and_a_hung_shadow_is_only_told() -> None:
    """The live tick waits for neither."""
    problem, solver = city(5, 5, 1, seed=2), OwnSolver(hangs=True)
    shadow, live = Shadow(ROLLING, solver), solve(problem, ROLLING, 1)
    shadow.consider(problem, live, 1)
    shadow.consider(problem, live, 1)
    await shadow.settled()
    assert len(solver.asked) == 1


def test_the_setting_changes_knobs_of_the_live_policy(stack: Stack) -> None:
    """Without it there is no shadow; an unknown knob is refused by name."""
    settings = stack.settings
    assert shadow_of(settings) is None
    changed = settings.model_copy(update={"dispatch_shadow": "pay_s=900, hot_s=30"})
    found = shadow_of(changed)
    assert found is not None
    assert (found.pay_s, found.hot_s, found.tick_s) == (900, 30, policy_of(settings).tick_s)
    with pytest.raises(PolicyError, match="speed"):
        shadow_of(settings.model_copy(update={"dispatch_shadow": "speed=9"}))
