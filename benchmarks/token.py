"""What reading an access token costs: `python -m benchmarks.token`.

Reads tokens never seen before and tokens seen before, and PyJWT reads them for comparison, all in
turn; compares the CPU time of this process. Goal: at most 10 us, seen before or not.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import jwt

from api.identity.tokens import TokenMint
from api.kit.actor import Role
from api.kit.ids import SessionId, UserId, new_id
from benchmarks.report import CpuShare, machine, show, tell

GOAL_US = 10.0
SECRET = "a secret of the benchmark, long enough 0123456789"  # noqa: S105  # opens nothing


def cpu_us(read: Callable[[str], object], tokens: list[str]) -> float:
    """Return the CPU time of this process per token, in microseconds."""
    began = time.process_time()
    for token in tokens:
        read(token)
    return (time.process_time() - began) / len(tokens) * 1e6


def measure(calls: int, rounds: int) -> dict[str, float]:
    """Return the median microseconds of each way to read."""
    found: dict[str, list[float]] = {"never seen": [], "seen before": [], "PyJWT": []}
    for _ in range(rounds + 1):
        mint = TokenMint(SECRET, access_s=900)
        tokens = [
            mint.access_token(UserId(new_id()), Role.CUSTOMER, SessionId(new_id()), None)
            for _ in range(calls)
        ]
        for name in ("never seen", "seen before"):
            found[name].append(cpu_us(partial(mint.read_access_token, address=None), tokens))
        pyjwt = partial(
            jwt.decode,
            key=mint._jwt_key,
            algorithms=["HS256"],
            audience="hermod",
            issuer="hermod",
        )
        found["PyJWT"].append(cpu_us(pyjwt, tokens))
    return {name: statistics.median(times[1:]) for name, times in found.items()}


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.token", description=__doc__)
    parser.add_argument("--calls", type=int, default=5000, help="tokens per round, at most 10000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    share = CpuShare()
    found = measure(options.calls, options.rounds)
    rows = [(name, us, us <= GOAL_US) for name, us in found.items()]
    show("CPU of this process per token", ("reading a token", "us", "at most 10 us"), rows)
    summary = {"goal_us": GOAL_US, **found}
    tell({"machine": machine(), "cpu_share": share.so_far(), "summary": summary}, options.json)


if __name__ == "__main__":
    main()
