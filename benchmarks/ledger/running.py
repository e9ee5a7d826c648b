"""One run of the ledger: accounts, phones, faults one after another, and the reckoning."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import aiohttp

from benchmarks.city.api_client import Api, Person, Request, open_api
from benchmarks.city.errors import CityError
from benchmarks.city.live_socket import Listener, LiveSocket
from benchmarks.city.tally import Tally
from benchmarks.ledger.book import Book
from benchmarks.ledger.checking import Verdict, check
from benchmarks.ledger.faults import Fault, schedule
from benchmarks.ledger.injecting import Injector, Proof
from benchmarks.ledger.installation import Installation, installed
from benchmarks.ledger.phone import STEP_MS, LedgerPhone
from benchmarks.ledger.recovery import Recovery
from benchmarks.ledger.servers import Servers
from benchmarks.load.accounts import MIDDLE, Crowd, prepare

STANDSTILL_S = 180.0
"""So long nothing becomes durable at the end: then it never will."""
_LOOK_EVERY_S = 0.2
_AT_ONCE = 8
_TOKEN_S = 86_400


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to be."""

    phones: int
    fixes: int
    faults: int
    seed: int


def portions(faults: int) -> int:
    """Return into how many portions fixes are divided: before, and after the moment of each."""
    return 2 * faults + 1


@dataclass(slots=True)
class Injected:
    """A fault that happened."""

    fault: Fault
    proof: Proof | None = None
    recovery: Recovery | None = None


@dataclass(slots=True)
class Run:
    """How a run stands, and how it ended."""

    plan: Plan
    book: Book = field(default_factory=Book)
    tally: Tally = field(default_factory=Tally)
    injected: list[Injected] = field(default_factory=list)
    doing: str = "starting servers and programs"
    seconds: float = 0.0
    unfinished: int = 0
    verdict: Verdict | None = None


async def play(run: Run, folder: Path) -> None:
    """Play the run with its data under `folder`; `run` tells all the time how it stands.

    Raises CityError when something does not come up.
    """
    async with installed(folder) as installation, Servers(installation) as servers:
        run.doing = "opening accounts"
        crowd = Crowd(run.plan.phones, 0, 0)
        handover = await prepare(installation.doors, crowd, folder / "unused")
        async with open_api(handover.url, run.tally) as api:
            ids = await _begin_shifts(api, handover.couriers)
            async with _riding(run, api, handover.couriers, ids) as phones:
                began = time.monotonic()
                await _fault_after_fault(run, installation, servers, phones)
                run.doing = "waiting for the last fixes"
                run.unfinished = await _settle(run.book, phones)
                run.seconds = time.monotonic() - began
        run.doing = "comparing history with the ledger"
        db = await servers.database()
        try:
            run.verdict = await check(db, run.book)
        finally:
            await db.close()


@asynccontextmanager
async def _riding(
    run: Run, api: Api, tokens: Sequence[str], ids: Sequence[UUID]
) -> AsyncIterator[list[LedgerPhone]]:
    """Yield everybody's phones, switched on."""
    # Sockets stay: among the API's connections, of which there are so many, some would never open.
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(connector=connector) as sockets,
        _switched_on(run, api, tokens, ids, sockets) as phones,
    ):
        yield phones


@asynccontextmanager
async def _switched_on(
    run: Run,
    api: Api,
    tokens: Sequence[str],
    ids: Sequence[UUID],
    sockets: aiohttp.ClientSession,
) -> AsyncIterator[list[LedgerPhone]]:
    config = await api.config()
    begin_ms = config.clock.now_ms() - STEP_MS * (run.plan.fixes // len(tokens) + 60)
    phones = [
        LedgerPhone(
            number,
            courier_id,
            run.book,
            MIDDLE,
            begin_ms,
            random.Random(f"{run.plan.seed}/{number}"),
            _connecting(api, config.realtime_url, token, run.tally, sockets),
        )
        for number, (token, courier_id) in enumerate(zip(tokens, ids, strict=True))
    ]
    tasks = [asyncio.create_task(phone.run(), name="phone") for phone in phones]
    try:
        yield phones
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if error is not None and not isinstance(error, asyncio.CancelledError):
            raise error


async def _begin_shifts(api: Api, tokens: Sequence[str]) -> list[UUID]:
    queue = asyncio.Semaphore(_AT_ONCE)
    return await asyncio.gather(*(_begin_shift(api, token, queue) for token in tokens))


async def _begin_shift(api: Api, token: str, queue: asyncio.Semaphore) -> UUID:
    """Go online; return who that is."""
    person = Person(api)
    person.keep({"accessToken": token, "refreshToken": "", "expiresInS": _TOKEN_S})
    path = "/api/v1/courier"
    async with queue:
        online = await person.call("PUT", f"{path}/status", {"status": "online"})
        profile = await person.call("GET", f"{path}/profile")
    for answer in (online, profile):
        if not answer.ok:
            raise CityError(f"A courier cannot begin a shift: {answer.message} ({answer.code}).")
    return UUID(profile.data["id"])


def _connecting(
    api: Api, url: str, token: str, tally: Tally, sockets: aiohttp.ClientSession
) -> Callable[[Mapping[str, Listener]], LiveSocket]:
    async def desk() -> str | None:
        request = Request("POST", "/api/v1/realtime/tickets", {})
        answer = await api.send(request, {"Authorization": f"Bearer {token}"})
        return str(answer.data["ticket"]) if answer.ok else None

    return lambda listeners: LiveSocket(url, desk, listeners, tally, sockets)


async def _fault_after_fault(
    run: Run, installation: Installation, servers: Servers, phones: Sequence[LedgerPhone]
) -> None:
    """Let fixes flow in portions, a fault in the middle of each; then the last portion."""
    injector = Injector(installation, servers, phones)
    faults = schedule(run.plan.seed, run.plan.faults)
    last = portions(len(faults))
    async with asyncio.TaskGroup() as watching:
        for fault in faults:
            installation.must_run()
            _flow(run.plan, phones, (2 * fault.number + 1) / last)
            run.doing = f"fault {fault.number + 1}: {fault.kind}"
            run.injected.append(injected := Injected(fault))
            await asyncio.sleep(fault.after_s)
            watch = await _strike(run, injector, injected, phones, watching)
            if watch is not None and not fault.overlaps:
                await watch
        _flow(run.plan, phones, 1.0)


async def _strike(
    run: Run,
    injector: Injector,
    injected: Injected,
    phones: Sequence[LedgerPhone],
    watching: asyncio.TaskGroup,
) -> asyncio.Task[None] | None:
    """Let one fault happen while fixes flow; return the task that watches the recovery."""
    fault = injected.fault
    watches: list[asyncio.Task[None]] = []

    def struck(victims: Sequence[LedgerPhone]) -> None:
        injected.recovery = Recovery(victims)
        watches.append(watching.create_task(injected.recovery.watch()))
        _flow(run.plan, phones, (2 * fault.number + 2) / portions(run.plan.faults))

    injected.proof = await injector.make(fault, struck)
    return watches[0] if watches else None


def _flow(plan: Plan, phones: Sequence[LedgerPhone], share: float) -> None:
    """Let every phone take its part of this share of all fixes."""
    for number, phone in enumerate(phones):
        own = plan.fixes // plan.phones + (number < plan.fixes % plan.phones)
        phone.allow(round(own * share))


async def _settle(book: Book, phones: Sequence[LedgerPhone]) -> int:
    """Wait until everything is durable, or stands still; return how many fixes are not."""
    best, since_s = -1, time.monotonic()
    while not all(phone.is_done for phone in phones):
        if (now := book.acknowledged) > best:
            best, since_s = now, time.monotonic()
        elif time.monotonic() - since_s > STANDSTILL_S:
            break
        await asyncio.sleep(_LOOK_EVERY_S)
    return sum(phone.page.taken - phone.page.durable for phone in phones)
