"""What the ledger shows: a bar while it runs, tables for people, the summary."""

import asyncio
import statistics
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.ledger.faults import Kind
from benchmarks.ledger.running import Injected, Run
from benchmarks.report import show

_RENEW_EVERY_S = 0.5
_LINE_EVERY_S = 15.0


async def show_progress(run: Run) -> None:
    """Show how a run stands until cancelled: a bar on a terminal, else a line now and then."""
    console = Console(stderr=True)
    if not console.is_terminal:
        while True:
            await asyncio.sleep(_LINE_EVERY_S)
            console.print(f"{run.book.acknowledged} durable, {run.doing}")
    columns = (BarColumn(), TextColumn("{task.completed:,} durable · {task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task(run.doing, total=run.plan.fixes)
        with suppress(asyncio.CancelledError):
            while True:
                progress.update(task, completed=run.book.acknowledged, description=run.doing)
                await asyncio.sleep(_RENEW_EVERY_S)


def p95(values: Iterable[float]) -> float | None:
    """Return the 95th percentile; None where there are no values."""
    found = sorted(values)
    if len(found) < 2:
        return found[0] if found else None
    return statistics.quantiles(found, n=20, method="inclusive")[-1]


def summary(run: Run) -> dict[str, Any]:
    """Return what the run came to."""
    verdict = run.verdict
    if verdict is None:
        raise ValueError("the run has no verdict: it did not end")
    times = [one.recovery.took_s for one in run.injected if one.recovery is not None]
    known = [took_s for took_s in times if took_s is not None]
    recovery_s = p95(known)
    return {
        "sent": run.book.sent,
        "acknowledged": run.book.acknowledged,
        "stored": verdict.stored,
        "lost": verdict.lost,
        "duplicated": verdict.duplicated,
        "reordered": verdict.reordered,
        "unknown": verdict.unknown,
        "unfinished": run.unfinished,
        "faults": len(run.injected),
        "reached": sum(one.proof is not None and one.proof.reached for one in run.injected),
        "recovery_s_p95": None if recovery_s is None else round(recovery_s, 2),
        "not_recovered": len(times) - len(known),
        "fixes_per_s": round(run.book.acknowledged / run.seconds) if run.seconds else 0,
        "seconds": round(run.seconds, 1),
        "reconnects": run.tally.reconnects,
        "kinds": {kind.value: _kind(run.injected, kind) for kind in Kind},
    }


def _kind(injected: Iterable[Injected], kind: Kind) -> dict[str, Any]:
    """Return how often a kind of fault happened, was reached, how, and the recovery (seconds)."""
    found = [one for one in injected if one.fault.kind is kind]
    proofs = [one.proof for one in found if one.proof is not None]
    times = [one.recovery.took_s for one in found if one.recovery is not None]
    recovery_s = p95([took_s for took_s in times if took_s is not None])
    failed = [proof.seen for proof in proofs if not proof.reached]
    return {
        "count": len(found),
        "reached": sum(proof.reached for proof in proofs),
        "recovery_s_p95": None if recovery_s is None else round(recovery_s, 2),
        "proof": (failed or [proof.seen for proof in proofs] or [""])[-1],
    }


def problems(told: dict[str, Any]) -> list[str]:
    """Return what is wrong with a summary, one sentence each; none is proof."""
    wrong = [
        f"{told[name]} {what}"
        for name, what in (
            ("lost", "fixes that are durable by word are not in PostgreSQL."),
            ("duplicated", "fixes are in PostgreSQL more than once."),
            ("reordered", "fixes were written out of order, or are not what was sent."),
            ("unknown", "fixes in PostgreSQL were never sent."),
            ("unfinished", "fixes never became durable."),
            ("not_recovered", "faults were not recovered from."),
        )
        if told[name]
    ]
    if told["reached"] < told["faults"]:
        wrong.append(f"{told['faults'] - told['reached']} faults were not reached.")
    return wrong


def show_tables(told: dict[str, Any]) -> None:
    """Print a summary for people."""
    figures = [(name, value) for name, value in told.items() if name != "kinds"]
    show("The ledger", ("", "number"), figures)
    rows = [
        (kind, one["count"], one["reached"], one["recovery_s_p95"] or "-", one["proof"])
        for kind, one in told["kinds"].items()
    ]
    show("Faults", ("kind", "made", "reached", "recovery s p95", "the last one's proof"), rows)
