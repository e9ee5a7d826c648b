"""The webhook sender: messages go out signed, are tried again, and wait for nobody else's server.

A message is claimed for a minute (`next_at` in the future), so that of several job workers one
sends it; one that dies leaves it to the next. At least once, and always under the same id.
"""

import asyncio
import logging
import random
import time
from contextlib import suppress
from datetime import datetime, timedelta

from api.integrations.outbound import Answer, NotSent, Outbound, networks_of
from api.kit import logs
from api.kit.clock import real_now
from api.kit.errors import Unavailable
from api.kit.seal import SEAL, Broken
from api.version import VERSION
from api.webhooks import repository, service
from api.webhooks.model import Claimed, Due, MessageStatus
from api.webhooks.repository import Ended
from api.webhooks.retrying import OFF_AFTER, pause_s
from api.webhooks.signing import signed
from jobs.station import Station
from jobs.webhook_places import Flight, places, troubled
from tracking.tasks import end

log = logging.getLogger("jobs.webhooks")

POLL_S = 0.25
LEASE = timedelta(seconds=60)
"""Longer than any attempt takes (`outbound.TOTAL_S`), with the wait to note its end."""

KEPT = timedelta(days=7)
DELETED_KEPT = timedelta(hours=1)
FORGET_AT_ONCE = 5000
NOTES_AT_ONCE = 2
"""Connections to the database that ends of attempts may take at once."""

GONE = 410


class WebhookSender:
    """Sends what waits; `run_once` starts attempts and does not wait for any."""

    def __init__(self, station: Station) -> None:
        self._station = station
        networks = networks_of(station.settings.webhook_networks)
        self._lanes = {is_slow: Outbound(networks) for is_slow in (False, True)}
        self._flights: dict[asyncio.Task[None], Flight] = {}
        self._landed = asyncio.Event()
        self._noting = asyncio.Semaphore(NOTES_AT_ONCE)

    async def run_once(self) -> None:
        """Wait a moment, or until an attempt ends, and start what may be sent now."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await self._landed.wait()
        self._landed.clear()
        now = real_now()
        async with self._station.database.connection() as db:
            due = await repository.due(db, now)
            flights = list(self._flights.values())
            now_s = time.monotonic()
            free = places(due, flights, now_s)
            claimed = await repository.claim(db, free, now, now + LEASE) if free else []
        slow = troubled(due, flights, now_s)
        by_id = {one.id: one for one in due}
        for message in claimed:
            webhook = by_id[message.webhook_id]
            task = asyncio.create_task(
                self._attempt(webhook, message, self._lanes[webhook.id in slow]),
                name=f"webhook message {message.id}",
            )
            self._flights[task] = Flight(webhook.id, now_s, webhook.failing_since is not None)
            task.add_done_callback(self._land)

    async def settle(self) -> None:
        """Wait until no attempt is under way."""
        while self._flights:
            await asyncio.wait(set(self._flights))

    async def close(self) -> None:
        """End every attempt; what was under way is sent again when its lease is over."""
        await end(set(self._flights))
        for lane in self._lanes.values():
            await lane.close()

    def _land(self, task: asyncio.Task[None]) -> None:
        self._flights.pop(task, None)
        self._landed.set()

    async def _attempt(self, webhook: Due, message: Claimed, lane: Outbound) -> None:
        """Send a message once and note how that ended."""
        token = logs.context.set({"webhook": str(webhook.id), "webhook_message": str(message.id)})
        try:
            answer, error = await self._send(webhook, message, lane)
            async with self._noting:
                await self._note(webhook, message, answer, error)
        except Unavailable as away:
            about = {"error": str(away)}
            log.warning("how a webhook message fared is not noted: it is sent again", extra=about)
        except Exception:
            log.exception("a webhook message failed and is sent again")
        finally:
            logs.context.reset(token)

    async def _send(
        self, webhook: Due, message: Claimed, lane: Outbound
    ) -> tuple[Answer | None, str | None]:
        body = message.body.encode()
        try:
            held = service.secrets_of(self._station.resources[SEAL], webhook)
        except Broken:
            return None, "Its secret was sealed under another HERMOD_SECRET_KEY: replace it"
        headers = signed(held, str(message.id), int(real_now().timestamp()), body) | {
            "Content-Type": "application/json",
            "User-Agent": f"Hermod-Webhooks/{VERSION}",
        }
        try:
            answer = await lane.post(webhook.url, body, headers)
        except NotSent as error:
            return None, str(error)
        if 200 <= answer.status < 300:
            return answer, None
        why = "redirects are not followed" if 300 <= answer.status < 400 else "that is no 2xx"
        return answer, f"It answered {answer.status}: {why}"

    async def _note(
        self, webhook: Due, message: Claimed, answer: Answer | None, error: str | None
    ) -> None:
        now = real_now()
        ended = _ended(message, answer, error, now)
        async with self._station.work() as work:
            if error is None:
                await repository.works(work.db, webhook.id)
            else:
                await repository.fails(work.db, webhook.id, now)
                if reason := _off_reason(webhook, answer, now):
                    await service.switch_off(work, webhook.id, reason)
            await repository.end(work.db, message, ended)
        self._station.metrics.webhooks.labels("delivered" if error is None else "failed").inc()
        about = {"status": ended.status.value, "attempt": message.attempts, "error": error}
        log.info("webhook message sent" if error is None else "webhook message failed", extra=about)


def _ended(message: Claimed, answer: Answer | None, error: str | None, now: datetime) -> Ended:
    status = None if answer is None else answer.status
    if error is None:
        return Ended(MessageStatus.DELIVERED, now, status, None)
    asked_s = 0.0 if answer is None else answer.retry_after_s
    pause = pause_s(message.tries_left, random.random(), asked_s)  # noqa: S311  # jitter only
    if pause is None:
        return Ended(MessageStatus.GIVEN_UP, now, status, error)
    return Ended(MessageStatus.WAITING, now + timedelta(seconds=pause), status, error)


def _off_reason(webhook: Due, answer: Answer | None, now: datetime) -> str | None:
    """Return why a webhook is to be switched off, where it is."""
    if answer is not None and answer.status == GONE:
        return "It answered 410: it is gone for good"
    if webhook.failing_since is not None and now - webhook.failing_since >= OFF_AFTER:
        return f"It has taken nothing for {OFF_AFTER.days} days"
    return None


async def forget_old(station: Station) -> None:
    """Delete messages older than a week, and what deleted webhooks have left."""
    now = real_now()
    while True:
        async with station.database.connection() as db:
            if not await repository.forget(db, now - KEPT, now - DELETED_KEPT, FORGET_AT_ONCE):
                return
