"""Fixed work, timed: `python -m benchmarks [NAME …]` runs the quick runners one after another."""

import argparse
import subprocess
import sys

RUNNERS = {
    "shell": ("benchmarks.shell",),
    "token": ("benchmarks.token",),
    "tick": ("benchmarks.tick", "--sizes", "100x200,300x600"),
}
"""Runners that take a minute at most; the long ones (city, load) have commands of their own."""


def main() -> int:
    """Run the runners named, or all; each prints a table and ends with one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RUNNERS))
    names = parser.parse_args().names or list(RUNNERS)
    unknown = [name for name in names if name not in RUNNERS]
    if unknown:
        parser.error(f"there is no runner {unknown[0]}; known: {', '.join(RUNNERS)}")
    for name in names:
        command = [sys.executable, "-m", *RUNNERS[name]]
        if (status := subprocess.run(command, check=False).returncode) != 0:  # noqa: S603  # ours
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
