"""LOOPS: what the job worker does again and again, by which name, how often (real seconds)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from api.kit.errors import Unavailable
from api.kit.events import LANES
from api.kit.redis import RedisError
from jobs import (
    cleanup,
    courier_plans,
    eta_learning,
    facts_intake,
    file_sweep,
    offer_expiry,
    order_imports,
    packing,
    partitions,
    trail_settling,
    webhook_sender,
)
from jobs.alert_watch import AlertWatch
from jobs.dispatch_tick import DispatchTick
from jobs.eta_watch import EtaWatch
from jobs.facts_intake import FactsIntake
from jobs.outbox_relay import Relay
from jobs.presence_watch import PresenceWatch
from jobs.station import Station
from jobs.trail_settling import TrailSettling
from jobs.trail_writer import TrailWriter
from jobs.webhook_sender import WebhookSender
from tracking import tasks

TELL_S = 0.05
"""What is handled within this is told together: a rush costs few statements, nobody waits long."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Something done again and again; `pause_s` is from one beginning to the next."""

    name: str
    pause_s: float
    act: Callable[[], Awaitable[None]]


def loops_of(
    station: Station, dispatch: DispatchTick, relays: list[Relay], sender: WebhookSender
) -> tuple[Loop, ...]:
    """Return every loop of the worker."""
    settings = station.settings
    expiry_s = max(0.05, min(1.0, 1.0 / settings.clock_speed))
    return (
        *(
            loop
            for lane, relay in zip(LANES, relays, strict=True)
            for loop in (
                Loop(f"outbox {lane}", 0.0, relay.handle_once),
                Loop(f"telling {lane}", TELL_S, relay.tell_once),
            )
        ),
        Loop("dispatch", settings.dispatch_tick_s, dispatch.run_once),
        Loop("webhooks", TELL_S, sender.run_once),
        Loop("offer expiry", expiry_s, lambda: offer_expiry.close_overdue(station)),
        Loop("trail", 0.0, TrailWriter(station).run_once),
        Loop("trail settling", trail_settling.PAUSE_S, TrailSettling(station).run_once),
        Loop("facts", 0.0, FactsIntake(station).run_once),
        Loop("zones", 15.0, lambda: facts_intake.publish_zones(station)),
        Loop("eta", 2.0, EtaWatch(station).run_once),
        Loop("old etas", 3600.0, lambda: eta_learning.forget_old(station)),
        Loop("alerts", 5.0, AlertWatch(station).run_once),
        Loop("presence", 5.0, PresenceWatch(station).run_once),
        Loop("courier plans", 15.0, lambda: courier_plans.resync(station)),
        Loop("vouching for plans", 0.5, lambda: courier_plans.vouch(station)),
        Loop("imports", order_imports.EVERY_S, lambda: order_imports.run_once(station)),
        Loop("partitions", 600.0, lambda: partitions.keep_up(station)),
        Loop("deleted files", file_sweep.EVERY_S, lambda: file_sweep.sweep(station)),
        Loop("late fixes", cleanup.SWEEP_S, lambda: cleanup.forget_late_fixes(station)),
        Loop("packing", 600.0, lambda: packing.pack_past(station)),
        Loop("old webhook messages", 3600.0, lambda: webhook_sender.forget_old(station)),
        Loop("cleanup", 3600.0, lambda: cleanup.forget_old(station)),
    )


async def forever(loop: Loop, station: Station) -> None:
    """Run a loop; a failure is logged and counted, and the loop goes on."""
    await tasks.forever(
        loop.name,
        loop.pause_s,
        loop.act,
        failed=lambda name: station.metrics.restarts.labels(name).inc(),
        away=(Unavailable, RedisError),
    )
