"""The dispatch tick: snapshot, solve in a process of its own, offer what must be decided now."""

import asyncio
import logging
import time
from datetime import timedelta
from uuid import UUID

from api.deliveries.model import StopKind
from api.deliveries.routing import PlannedStop
from api.kit import lease
from api.kit.ids import CourierId, DeliveryId, ZoneId
from api.kit.lease import Lease
from api.kit.work import Work
from api.offers import left_over, service
from api.offers.service import Proposal
from api.planning import POLICY
from dispatch.errors import ProblemError
from dispatch.haste import haste_after, hasty
from dispatch.model import Kind
from dispatch.plan import Assignment, Plan, State
from dispatch.problem import Kept, Problem
from dispatch.replay import encode_record
from dispatch.tick.keep import kept_of
from jobs.shadow import Shadow
from jobs.snapshot import Market, problem_of, read_market, waiting_deliveries
from jobs.solver import Decision, PlanRefused, Solver, SolverHung
from jobs.station import Station
from jobs.tick_log import TickLog
from tracking.positions import Positions

log = logging.getLogger("jobs.dispatch")

LEASE = "dispatch"
DEADLINE_S = 5.0


class DispatchTick:
    """Decides, once per tick, who is offered what."""

    def __init__(self, station: Station, solver: Solver, shadow: Shadow | None = None) -> None:
        self._station = station
        self._solver = solver
        self._live = Positions(station.redis, station.settings.presence_s)
        self._log = TickLog(station.settings.state_dir / "ticks")
        self._kept: dict[bytes, Kept] = {}
        self._haste: dict[bytes, int] = {}
        self._shadow = shadow

    async def run_once(self) -> None:
        """Run one tick, if this worker leads and something waits."""
        lead = await self._station.lead(LEASE)
        if lead is None:
            return
        began = time.perf_counter()
        problems = await self._problems()
        self._observe("snapshot", began)
        sentences: dict[UUID, str] = {}
        for problem in problems:
            sentences |= await self._decide(problem, lead)
        await left_over.note(self._station.redis, sentences)
        self._observe("whole", began)

    async def _problems(self) -> list[Problem]:
        async with (
            self._station.work(read_only=True) as work,
            work.db.transaction(isolation="repeatable_read", readonly=True),
        ):
            waiting = await waiting_deliveries(work)
            zone_ids: list[ZoneId] = sorted({delivery.zone_id for delivery in waiting})
            if not waiting:
                return []
            market = await read_market(work, self._live, zone_ids, waiting)
            found = [self._problem(market, zone_id, work) for zone_id in zone_ids]
        return [problem for problem in found if problem is not None]

    def _problem(self, market: Market, zone_id: ZoneId, work: Work) -> Problem | None:
        """Return what is to be decided in a zone; one that cannot be planned stops no other."""
        try:
            return problem_of(market, zone_id, work, self._live, self._kept.get(zone_id.bytes))
        except ProblemError:
            log.exception("a zone cannot be planned", extra={"zone": str(zone_id)})
            return None

    async def _decide(self, problem: Problem, lead: Lease) -> dict[UUID, str]:
        level = self._haste.get(problem.zone, 0)
        policy = hasty(self._station.resources[POLICY], level)
        seed = int.from_bytes(problem.zone[:8])  # the same ties from tick to tick
        began = time.perf_counter()
        packed = problem.to_bytes()
        try:
            decision = await self._solver.decide(packed, policy, seed, DEADLINE_S)
        except SolverHung as error:
            log.error("the solver did not answer; the next tick tries again: %s", error)
            self._haste[problem.zone] = haste_after(level, None)
            return {}
        except PlanRefused as error:
            log.error("a plan was refused; the next tick begins without it: %s", error)
            self._kept.pop(problem.zone, None)
            return {}
        self._haste[problem.zone] = haste_after(level, self._observe("solve", began))
        record = encode_record(packed, policy, seed, decision.plan)
        await asyncio.to_thread(self._log.append, record, problem.now_ms)
        plan = Plan.from_bytes(decision.plan)
        self._kept[problem.zone] = kept_of(plan)
        began = time.perf_counter()
        await self._offer(plan, decision, lead)
        self._observe("offer", began)
        if self._shadow is not None:
            self._shadow.consider(problem, plan, seed)
        return {UUID(bytes=one): text for one, text in decision.left_over.items()}

    async def _offer(self, plan: Plan, decision: Decision, lead: Lease) -> None:
        life = timedelta(seconds=self._station.settings.offer_s)
        planned = {one.delivery for one in plan.assignments}
        for assignment in first_of_each(plan):
            card = decision.cards[assignment.delivery]
            proposal = _proposal(assignment, planned - {assignment.delivery}, card)
            async with self._station.work() as work:
                await lease.check(work.db, lead)
                await service.make(work, proposal, life)

    def _observe(self, stage: str, began: float) -> float:
        took_s = time.perf_counter() - began
        self._station.metrics.tick_seconds.labels(stage).observe(took_s)
        return took_s


def first_of_each(plan: Plan) -> list[Assignment]:
    """Return what is to be offered now: to each courier what comes first in the plan."""
    first: dict[bytes, Assignment] = {}
    for one in plan.assignments:
        if one.state is State.COMMITTED:
            known = first.setdefault(one.courier, one)
            if one.pickup_at < known.pickup_at:
                first[one.courier] = one
    return sorted(first.values(), key=lambda one: one.delivery)


def _proposal(assignment: Assignment, others: set[bytes], card: dict[str, object]) -> Proposal:
    """Return the offer; `others` are only planned, so that its route leaves them out."""
    return Proposal(
        delivery_id=DeliveryId(UUID(bytes=assignment.delivery)),
        courier_id=CourierId(UUID(bytes=assignment.courier)),
        score=assignment.terms.total_ms,
        duration_s=max(0, assignment.dropoff.begin_s),
        plan=tuple(
            PlannedStop(
                DeliveryId(UUID(bytes=stop.delivery)),
                StopKind.PICKUP if stop.kind is Kind.PICKUP else StopKind.DROPOFF,
            )
            for stop in assignment.stops
            if stop.delivery not in others
        ),
        card=card,
    )
