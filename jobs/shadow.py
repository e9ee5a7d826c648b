"""The shadow policy: what another policy would decide on live ticks, told and never done."""

import asyncio
import logging
from dataclasses import asdict, replace

from dispatch.assemble import no_plan
from dispatch.compare import agreement, outcome
from dispatch.plan import Plan
from dispatch.policy import DispatchPolicy
from dispatch.problem import Kept, Problem
from dispatch.tick.keep import kept_of
from jobs.solver import PlanRefused, Solver, SolverHung

log = logging.getLogger("jobs.shadow")

DEADLINE_S = 5.0


class Shadow:
    """Decides ticks beside the live ones, in a process of its own, going on from its own plans.

    A tick that comes while the last one is still considered is left out: the shadow never delays.
    """

    def __init__(self, policy: DispatchPolicy, solver: Solver) -> None:
        self._policy, self._solver = policy, solver
        self._kept: dict[bytes, Kept] = {}
        self._under_way: asyncio.Task[None] | None = None

    def consider(self, problem: Problem, live: Plan, seed: int) -> None:
        """Begin to decide a tick once more; returns at once."""
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(
                self._decide(problem, live, seed), name="shadow tick"
            )

    async def settled(self) -> None:
        """Wait until what is under way is told."""
        if self._under_way is not None:
            await self._under_way

    async def _decide(self, problem: Problem, live: Plan, seed: int) -> None:
        kept = self._kept.get(problem.zone) or no_plan()
        own = replace(problem, kept=kept)
        try:
            decision = await self._solver.decide(own.to_bytes(), self._policy, seed, DEADLINE_S)
        except (SolverHung, PlanRefused) as error:
            log.warning("the shadow did not answer: %s", error)
            return
        plan = Plan.from_bytes(decision.plan)
        self._kept[problem.zone] = kept_of(plan)
        mine, theirs = asdict(outcome(problem, plan)), asdict(outcome(problem, live))
        more = {f"more_{name}": mine[name] - theirs[name] for name in mine}
        log.info(
            "shadow tick",
            extra={
                "zone": problem.zone.hex(),
                "policy": self._policy.version,
                "agreement": round(agreement(live, plan), 3),
                **more,
            },
        )
