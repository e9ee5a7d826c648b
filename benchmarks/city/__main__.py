"""The city's commands: `python -m benchmarks.city run | map | replay --help`."""

import argparse
import logging
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.city import commands
from benchmarks.city.errors import CityError

EXAMPLES = """\
examples:
  python -m benchmarks.city run --url http://127.0.0.1:8080 --couriers 60
  python -m benchmarks.city run --city porto.osm.pbf --couriers 200 --minutes 10
  python -m benchmarks.city map --city porto.osm.pbf --out city.pmtiles \\
      --database-url postgresql://hermod@127.0.0.1/hermod
  python -m benchmarks.city replay --zip mdrp.zip --instance 0o100t100s1p100 --speed 60
"""


def main() -> int:
    """Run the command that the command line names; return the exit code."""
    options = _parser().parse_args()
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        options.act(options)
    except CityError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.city",
        description="A city of robots that speak Hermod's public API and sockets.",
        epilog=EXAMPLES,
        formatter_class=plain,
    )
    acts = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_run(acts.add_parser("run", help="let couriers, shops and customers live", epilog=EXAMPLES,
                             formatter_class=plain))  # fmt: skip
    _add_map(acts.add_parser("map", help="bake the basemap of the city", epilog=EXAMPLES,
                             formatter_class=plain))  # fmt: skip
    _add_replay(acts.add_parser("replay", help="play a published meal-delivery day",
                                epilog=EXAMPLES, formatter_class=plain))  # fmt: skip
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    state = Path(os.environ.get("HERMOD_STATE_DIR", ".hermod/business"))
    parser.add_argument("--url", type=_url, default="http://127.0.0.1:8080", help="the API")
    parser.add_argument("--couriers", type=_count, default=60, metavar="N")
    _add_city(parser, state)
    parser.add_argument(
        "--orders-per-hour", type=_rate, default=None, metavar="X",
        help="of business time; auto (the default) keeps about 70 %% of the couriers busy",
    )  # fmt: skip
    parser.add_argument(
        "--sms-port", type=_port, default=None, metavar="PORT",
        help="where HERMOD_SMS_URL points; default: the port of --url + 3",
    )  # fmt: skip
    parser.add_argument(
        "--operator-link-file", type=Path, default=state / "city_link", metavar="FILE",
        help="holds the operator's one-time link; default: city_link in the state folder",
    )  # fmt: skip
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument("--minutes", type=_positive, default=None, help="end after real minutes")
    limit.add_argument(
        "--orders", type=_count, default=None, metavar="N",
        help="end when so many orders were placed and all are finished",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, default=None, help="write the closing table there too")
    parser.set_defaults(act=commands.run_city)


def _add_map(parser: argparse.ArgumentParser) -> None:
    state = Path(os.environ.get("HERMOD_STATE_DIR", ".hermod/business"))
    _add_city(parser, state)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.pmtiles")
    parser.add_argument(
        "--database-url", default=os.environ.get("HERMOD_DATABASE_URL"), metavar="URL",
        help="a PostgreSQL with PostGIS to bake in; default: HERMOD_DATABASE_URL",
    )  # fmt: skip
    parser.set_defaults(act=commands.bake)


def _add_replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--zip", type=Path, required=True, help="the instances, one folder each")
    parser.add_argument("--instance", required=True, metavar="NAME")
    parser.add_argument("--speed", type=_positive, default=60.0, help="business time per real time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, default=None, help="write the result there too")
    parser.add_argument(
        "--keep", action="store_true", help="keep the installation's data and logs, say where"
    )
    parser.set_defaults(act=commands.replay)


def _add_city(parser: argparse.ArgumentParser, state: Path) -> None:
    parser.add_argument(
        "--city", type=_map_file, default=None, metavar="FILE.osm.pbf",
        help="an OpenStreetMap extract; without (or 'none') a city is invented",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="everything is drawn from it")
    parser.add_argument(
        "--cache", type=Path, default=state / "roads", help="folder for roads read from maps"
    )


def _url(text: str) -> str:
    found = urlsplit(text)
    if found.scheme not in {"http", "https"} or not found.hostname:
        raise argparse.ArgumentTypeError(f"{text!r} is no address like http://127.0.0.1:8080")
    return text.rstrip("/")


def _map_file(text: str) -> Path | None:
    return None if text.lower() in {"", "none"} else Path(text)


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (1 to 65535)")
    return int(text)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return value


def _rate(text: str) -> float | None:
    return None if text == "auto" else _positive(text)


if __name__ == "__main__":
    sys.exit(main())
