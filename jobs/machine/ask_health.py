"""A container's health check: `python -m jobs.machine.ask_health 8080` fails unless it is ready."""

import sys
from collections.abc import Sequence

from jobs.machine.programs import answers_http


def main(words: Sequence[str]) -> int:
    """Return 0 when the program at the named port of this machine is ready."""
    if len(words) != 1 or not words[0].isdigit():
        sys.stderr.write("Name the port to ask: python -m jobs.machine.ask_health 8080\n")
        return 2
    return 0 if answers_http(int(words[0]), "/health/ready")() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
