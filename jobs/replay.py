"""Replay recorded ticks: `python -m jobs.replay LOG [LOG …]` decides each again and compares."""

import argparse
import sys
from pathlib import Path

from dispatch.replay import records, replay


def main() -> int:
    """Replay the logs named; return 0 when every decision came out the same, byte for byte."""
    parser = argparse.ArgumentParser(prog="python -m jobs.replay", description=__doc__)
    parser.add_argument("logs", nargs="+", type=Path, metavar="LOG")
    same = other = 0
    for path in parser.parse_args().logs:
        try:
            with path.open("rb") as file:
                for number, record in enumerate(records(file), start=1):
                    differences = replay(record).differences
                    same += not differences
                    other += bool(differences)
                    for difference in differences:
                        print(f"{path.name}, tick {number}: {difference}")
        except (OSError, ValueError) as error:  # damaged, or written by another version
            print(f"{path}: {error}", file=sys.stderr)
            return 2
    print(f"{same + other} ticks replayed: {same} the same, {other} different")
    return 1 if other or not same else 0


if __name__ == "__main__":
    sys.exit(main())
