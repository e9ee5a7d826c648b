"""What our shell costs for a request: `python -m benchmarks.rest`, beside aiohttp and Fastify.

GET and POST of an order by ours (`shell_server.py`: all that `api/kit` does, the handlers do
nothing), by aiohttp with nothing around it, and by Fastify doing the same work as ours, in turn,
each on one core, the caller on another. Compared is the processor time of the server per request.
"""

import argparse
import asyncio
import hmac
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from api.identity.tokens import TokenMint
from api.kit.actor import Role
from api.kit.buckets import GCRA
from api.kit.ids import SessionId, UserId, new_id
from api.migrate import upgrade
from benchmarks.report import CpuShare, machine, show, tell
from benchmarks.rest.caller import Round, call, request
from benchmarks.rest.order import BODY, SHOWN
from jobs.machine.services import Services, running

SECRET = "a secret for this measurement alone 0123456789"  # noqa: S105  # of a private server
SERVER_CORE, CALLER_CORE = 0, 1
MODULES = ("fastify@5", "ioredis@5", "pino@10", "prom-client@15")
NPM_S = 180.0
READY_S = 60.0
ROOT = Path(__file__).resolve().parents[2]
OURS, BARE, FASTIFY = "ours", "bare aiohttp", "fastify"


@dataclass(frozen=True, slots=True)
class Contender:
    """A server that runs."""

    name: str
    port: int
    pid: int


def words_of(name: str, folder: Path) -> Sequence[str]:
    """Return how a contender is started; Fastify's modules are installed under `folder`."""
    if name == OURS:
        return (sys.executable, "-m", "benchmarks.rest.shell_server")
    if name == BARE:
        return (sys.executable, "-m", "benchmarks.rest.bare_server")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        sys.exit("Fastify needs node and npm: install node 20, or name the others in --only.")
    install = (npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), *MODULES)
    subprocess.run(install, cwd=folder, check=True, capture_output=True, timeout=NPM_S)  # noqa: S603  # fixed
    return (node, str(Path(__file__).with_name("fastify_server.cjs")))


def environment_of(services: Services, folder: Path) -> dict[str, str]:
    """Return what the contenders need to know; all read the same tokens (`TokenMint`)."""
    redis = urlsplit(services.redis_url)
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith("HERMOD_")},
        "NODE_PATH": str(folder / "node_modules"),
        "BENCH_DATABASE": services.database_url,
        "BENCH_REDIS": services.redis_url,
        "BENCH_SECRET": SECRET,
        "BENCH_ORDER": json.dumps(SHOWN),
        "BENCH_JWT_KEY": hmac.digest(SECRET.encode(), b"access-token\x00", "sha256").hex(),
        "BENCH_REDIS_PATH": redis.path.partition("?")[0]
        if redis.scheme == "unix"
        else services.redis_url,
        "BENCH_LUA": GCRA,
    }


@contextmanager
def serving(name: str, folder: Path, environment: dict[str, str], port: int) -> Iterator[Contender]:
    """Run a contender on its core."""
    words = (*words_of(name, folder), str(port))
    with (folder / f"{name.split(maxsplit=1)[0]}.log").open("wb") as log:
        process = subprocess.Popen(words, env=environment, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603  # ours
        try:
            _wait_for(port, process)
            for task in Path(f"/proc/{process.pid}/task").iterdir():
                os.sched_setaffinity(int(task.name), {SERVER_CORE})
            yield Contender(name, port, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_S
    while True:
        try:
            asyncio.run(_knock(port))
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                sys.exit(f"A server did not start: see the log of {process.args!r}.")
            time.sleep(0.1)
        else:
            return


async def _knock(port: int) -> None:
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


async def measure(
    contenders: Sequence[Contender], tokens: Sequence[str], seconds: float, rounds: int
) -> dict[tuple[str, str], Round]:
    """Return the median round of each contender and method; they take turns.

    Each request is sent by the next of the people whose `tokens` are given.
    """
    found: dict[tuple[str, str], list[Round]] = {}
    body = json.dumps(BODY).encode()
    for number in range(rounds + 1):
        for method in ("GET", "POST"):
            for one in contenders:
                sent = body if method == "POST" else b""
                wires = cycle([request(method, one.port, token, sent) for token in tokens])
                took = await call(one.port, one.pid, wires, seconds if number else seconds / 3)
                if number:  # the first round warms up
                    found.setdefault((one.name, method), []).append(took)
    return {
        key: sorted(many, key=lambda r: r.cpu_us)[len(many) // 2] for key, many in found.items()
    }


def report(found: dict[tuple[str, str], Round]) -> dict[str, float]:
    """Print the table; return our speed as a share of each other contender's."""
    rows = [
        (f"{method} {name}", r.cpu_us, 1e6 / r.cpu_us, r.per_s, r.busy, r.p50_ms, r.p99_ms)
        for (name, method), r in sorted(found.items(), key=lambda item: (item[0][1], item[0][0]))
    ]
    head = ("server", "cpu us", "per core and s", "answered per s", "busy", "p50 ms", "p99 ms")
    show("A request (median of rounds)", head, rows)
    shares = {}
    for (name, method), other in found.items():
        if name != OURS and (OURS, method) in found:
            shares[f"{method} ours / {name}"] = round(other.cpu_us / found[OURS, method].cpu_us, 3)
    show("Our speed as a share of theirs", ("pair", "share"), sorted(shares.items()))
    return shares


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rest", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="per round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--people", type=int, default=32, help="who send in turn")
    parser.add_argument("--only", nargs="+", default=[OURS, BARE, FASTIFY], metavar="NAME")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    share = CpuShare()
    mint = TokenMint(SECRET, 86_400)
    tokens = [
        mint.access_token(UserId(new_id()), Role.CUSTOMER, SessionId(new_id()), None)
        for _ in range(options.people)
    ]
    with tempfile.TemporaryDirectory(prefix="hermod-rest-") as place, ExitStack() as stack:
        folder = Path(place)
        folder.chmod(0o711)
        services = stack.enter_context(running(folder))
        asyncio.run(upgrade(services.database_url))
        environment = environment_of(services, folder)
        contenders = [
            stack.enter_context(serving(name, folder, environment, 18_990 + number))
            for number, name in enumerate(options.only)
        ]
        if (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(0, {CALLER_CORE})
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            found = runner.run(measure(contenders, tokens, options.seconds, options.rounds))
    summary = {
        "shares": report(found),
        "cpu_us": {f"{method} {name}": round(r.cpu_us, 1) for (name, method), r in found.items()},
        "people": options.people,
    }
    tell({"machine": machine(), "cpu_share": share.so_far(), "summary": summary}, options.json)


if __name__ == "__main__":
    main()
