"""Making each fault happen, and having its victim prove that it did."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from benchmarks.city.waiting import wait_until
from benchmarks.ledger.faults import Fault, Kind
from benchmarks.ledger.installation import Installation
from benchmarks.ledger.killable import Killable
from benchmarks.ledger.phone import LedgerPhone
from benchmarks.ledger.servers import Servers

PATIENCE_S = 60.0
REPEATED = 3
MISREAD = 20
_DAY_MS = 86_400_000
WRONG_CLOCKS = (
    (-_DAY_MS, "outdated"),
    (-3_600_000, "superseded"),
    (26 * 3_600_000, "future"),
    (3650 * _DAY_MS, "future"),
    (-(1 << 62), "outdated"),
)
"""How much a phone's clock is off, and what becomes of its fixes; the last one says 1970."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a fault was reached, and how one knows."""

    reached: bool
    seen: str


Struck = Callable[[Sequence[LedgerPhone]], None]
"""Called at the moment of the fault with the phones that it is about."""


class Injector:
    """Makes faults in an installation and in phones."""

    def __init__(
        self, installation: Installation, servers: Servers, phones: Sequence[LedgerPhone]
    ) -> None:
        """Nothing goes wrong yet."""
        self._installation = installation
        self._servers = servers
        self._phones = phones
        self._acts: dict[Kind, Callable[[Fault, Struck], Awaitable[Proof]]] = {
            Kind.DISCONNECT: self._disconnect,
            Kind.DUPLICATE: self._duplicate,
            Kind.REORDER: self._reorder,
            Kind.WRONG_CLOCK: self._wrong_clock,
            Kind.PHONE_RESTART: self._restart_phones,
            Kind.GATEWAY: lambda f, s: self._kill(installation.gateway, f, s),
            Kind.WRITER: lambda f, s: self._kill(installation.worker, f, s),
            Kind.REDIS_AOF: lambda f, s: self._kill_redis(f, s, on_disk=True),
            Kind.REDIS_BARE: lambda f, s: self._kill_redis(f, s, on_disk=False),
            Kind.POSTGRES: self._restart_postgres,
        }

    async def make(self, fault: Fault, struck: Struck) -> Proof:
        """Let a fault happen; return when its victim has shown it and is at work again."""
        return await self._acts[fault.kind](fault, struck)

    def _some(self, fault: Fault) -> list[LedgerPhone]:
        """Return a few phones, connected ones where there are any."""
        chance = random.Random(fault.seed)
        up = [phone for phone in self._phones if phone.is_up] or list(self._phones)
        return chance.sample(up, chance.randint(1, max(1, len(up) // 10)))

    async def _disconnect(self, fault: Fault, struck: Struck) -> Proof:
        await wait_until(lambda: any(phone.is_up for phone in self._phones), PATIENCE_S)
        victims = [phone for phone in self._some(fault) if phone.is_up]
        struck(victims)
        for phone in victims:
            await phone.lose()
        cut = sum(not phone.is_up for phone in victims)
        return Proof(cut > 0, f"{cut} open sockets cut")

    async def _duplicate(self, fault: Fault, struck: Struck) -> Proof:
        victims, before = self._some(fault), await self._servers.fixes("duplicate")
        repeated = sum(phone.repeated for phone in self._phones)
        struck(victims)
        for phone in victims:
            phone.repeat(REPEATED)
        grew = await self._servers.grew("duplicate", before)
        again = sum(phone.repeated for phone in self._phones) - repeated
        return Proof(grew and again > 0, f"{again} fixes sent twice; the gateway counted doubles")

    async def _reorder(self, fault: Fault, struck: Struck) -> Proof:
        victims, before = self._some(fault), self._hello_firsts()
        struck(victims)
        for phone in victims:
            phone.swap()
        noticed = await wait_until(lambda: self._hello_firsts() > before, PATIENCE_S)
        return Proof(noticed, f"{self._hello_firsts() - before} gaps refused by the gateway")

    def _hello_firsts(self) -> int:
        return sum(phone.oopses["hello_first"] for phone in self._phones)

    async def _wrong_clock(self, fault: Fault, struck: Struck) -> Proof:
        victims = self._some(fault)
        off_ms, becomes = random.Random(fault.seed).choice(WRONG_CLOCKS)
        before = await self._servers.fixes(becomes)
        struck(victims)
        for phone in victims:
            phone.misread_clock(off_ms, MISREAD)
        grew = await self._servers.grew(becomes, before)
        return Proof(grew, f"the gateway judged more fixes: {becomes}")

    async def _restart_phones(self, fault: Fault, struck: Struck) -> Proof:
        victims, chance = self._some(fault), random.Random(fault.seed)
        former = [phone.page for phone in victims]
        struck(victims)
        for phone in victims:
            await phone.restart(chance.choice([0, chance.choice(WRONG_CLOCKS)[0]]))
        fresh = [phone.page for phone in victims]
        changed = sum(old is not new for old, new in zip(former, fresh, strict=True))
        back = sum(new.epoch < old.epoch for old, new in zip(former, fresh, strict=True))
        return Proof(changed > 0, f"{changed} new epochs, {back} of them earlier than the last")

    async def _kill(self, program: Killable, fault: Fault, struck: Struck) -> Proof:
        former = program.pid
        struck(self._phones)
        ended = await program.kill()
        await asyncio.sleep(fault.down_s)
        await program.start()
        seen = f"process {former} ended by {ended}, {program.pid} took over"
        return Proof(ended == "signal 9" and program.pid != former, seen)

    async def _kill_redis(self, fault: Fault, struck: Struck, *, on_disk: bool) -> Proof:
        servers, redis = self._servers, self._installation.redis
        await servers.keep_redis(on_disk=on_disk)
        await asyncio.sleep(random.Random(fault.seed).uniform(0.1, 0.5))
        former = await servers.redis_run()
        struck(self._phones)
        ended = await redis.kill()
        await asyncio.sleep(fault.down_s)
        await redis.start("--appendonly", "yes" if on_disk else "no")
        run, remembers = await servers.redis_run(), await servers.has_marker()
        seen = f"run {former[:8]} ended by {ended}, {run[:8]} came back " + (
            "with its keys" if remembers else "empty"
        )
        return Proof(ended == "signal 9" and run != former and remembers == on_disk, seen)

    async def _restart_postgres(self, fault: Fault, struck: Struck) -> Proof:
        servers, postgres = self._servers, self._installation.postgres
        former = await servers.database_began()
        struck(self._phones)
        await postgres.kill(signal.SIGQUIT)  # at once, without a checkpoint
        await asyncio.sleep(fault.down_s)
        await postgres.start()
        began = await servers.database_began()
        return Proof(began != former, f"started {former[11:19]}, crashed, started {began[11:19]}")
