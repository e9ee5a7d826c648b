"""The solver: one long-lived process that decides ticks, killed when it hangs.

A solve must not stop the event loop, and a solver that hangs must not stop dispatch: the shell
waits a bounded time, then starts another process and tries again with the next tick.
"""

import asyncio
import logging
import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from dispatch.check import check
from dispatch.errors import PlanError
from dispatch.explain import card_json, unassigned_text
from dispatch.policy import DispatchPolicy
from dispatch.problem import Problem
from dispatch.solve import solve
from dispatch.tick.warm import warm

log = logging.getLogger("jobs.solver")


@dataclass(frozen=True, slots=True)
class Decision:
    """A plan as bytes, the decision card of each assignment, a sentence for each left over."""

    plan: bytes
    cards: dict[bytes, dict[str, Any]]
    left_over: dict[bytes, str]


_READY = b"ready"
START_S = 300.0
"""How long a new process may take to load: where nothing is kept on disk, it compiles first."""


class PlanRefused(Exception):
    """The plan breaks a rule that no plan may break: nothing of it is carried out."""


class SolverHung(Exception):
    """The solver did not answer in time, or died; a fresh one will start."""


def _serve(pipe: Connection) -> None:
    """Decide whatever comes through the pipe until it closes (the child's main function)."""
    warm()
    pipe.send(_READY)
    while True:
        try:
            packed, policy, seed = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(decision_of(packed, policy, seed))
        except PlanRefused as refused:
            pipe.send(refused)


def decision_of(packed: bytes, policy: DispatchPolicy, seed: int) -> Decision:
    """Decide a tick, check the plan and tell it; PlanRefused when it breaks a rule."""
    problem = Problem.from_bytes(packed)
    plan = solve(problem, policy, seed)
    try:
        check(problem, plan)
    except PlanError as wrong:
        raise PlanRefused(str(wrong)) from wrong
    assigned = {one.delivery for one in plan.assignments}
    cards = {
        card.delivery: card_json(card, plan.policy_version)
        for card in plan.cards
        if card.delivery in assigned
    }
    left_over = {one.delivery: unassigned_text(one, policy) for one in plan.unassigned}
    return Decision(plan.to_bytes(), cards, left_over)


class Solver:
    """The solver process of this worker."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._process: Any = None
        self._pipe: Connection | None = None
        self._is_ready = False

    async def decide(
        self, problem: bytes, policy: DispatchPolicy, seed: int, deadline_s: float
    ) -> Decision:
        """Return the decision of one tick.

        Raises SolverHung when it does not come in time, PlanRefused when it breaks a rule.
        """
        pipe = self._open_pipe()
        loop = asyncio.get_running_loop()
        try:
            if not self._is_ready:
                await self._answer(pipe, START_S)
                self._is_ready = True
            await loop.run_in_executor(None, pipe.send, (problem, policy, seed))
            answer: Decision | PlanRefused = await self._answer(pipe, deadline_s)
        except (EOFError, OSError) as error:
            self.stop()
            raise SolverHung("the solver died") from error
        except SolverHung:
            self.stop()
            raise
        if isinstance(answer, PlanRefused):
            raise answer
        return answer

    async def _answer(self, pipe: Connection, within_s: float) -> Any:
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(None, pipe.poll, within_s):
            raise SolverHung(f"no answer within {within_s} s")
        return await loop.run_in_executor(None, pipe.recv)

    def stop(self) -> None:
        """Kill the process; the next decision starts another."""
        if self._process is not None:
            self._process.kill()
            self._process.join(2)
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None
        self._is_ready = False

    def _open_pipe(self) -> Connection:
        if self._pipe is None or not self._process.is_alive():
            self.stop()
            ours, theirs = self._context.Pipe()
            self._process = self._context.Process(
                target=_serve, args=(theirs,), name="hermod solver", daemon=True
            )
            self._process.start()
            theirs.close()
            self._pipe = ours
        return self._pipe
