"""What a plan looks like in processes whose hashes differ: it must be one and the same."""

import hashlib
import os
import subprocess
import sys

from benchmarks.tick_city import city
from dispatch.plan import Plan
from dispatch.policy import DispatchPolicy
from dispatch.solve import solve

_PROGRAM = (
    "import sys; from tests.dispatch.hashing import digest, planned; "
    "print(digest(planned(int(sys.argv[1]), int(sys.argv[2]))))"
)


def planned(deliveries: int, rolling: int) -> Plan:
    """Return the plan of a small city."""
    return solve(city(30, deliveries, 1, seed=5), DispatchPolicy(rolling=rolling), 9)


def digest(plan: Plan) -> str:
    """Return a fingerprint of a plan and of its cards."""
    return hashlib.sha256(plan.to_bytes() + repr(plan.cards).encode()).hexdigest()


def digests(deliveries: int, rolling: int) -> set[str]:
    """Return the fingerprints of `planned` in three processes with hash seeds of their own."""
    return {
        subprocess.run(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-c", _PROGRAM, str(deliveries), str(rolling)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("0", "1", "12345")
    }
