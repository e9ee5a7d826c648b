"""Runs the private servers of one test run: started by pytest, started up when a test first asks.

Its only argument is a folder. Each line written to the pipe `wanted` in it names a server
(`postgres`, or `redis` and a name for it); the answer appears as the file `<line>.url` or
`<line>.problem`. When standard input ends, pytest is gone and so are the servers.
"""

import os
import select
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

from jobs.machine.private_postgres import prepare_postgres
from jobs.machine.private_redis import prepare_redis
from jobs.machine.private_server import Server, started
from jobs.machine.services import remove_data
from jobs.machine.steps import CannotGoOn


def main() -> None:
    """Serve wishes until standard input ends, then stop all servers and delete their data."""
    folder = Path(sys.argv[1])
    wishes = os.open(folder / "wanted", os.O_RDWR)  # read and write: it never ends
    homes: list[Path] = []
    with ExitStack() as stack:
        while True:
            readable, _, _ = select.select([sys.stdin, wishes], [], [])
            if sys.stdin in readable:
                break
            for wish in os.read(wishes, 4096).decode().splitlines():
                home = folder / f"home-{wish}"
                homes.append(home)
                answer(folder, wish, home, stack)
    for home in homes:
        remove_data(home)
    shutil.rmtree(folder, ignore_errors=True)


def answer(folder: Path, wish: str, home: Path, stack: ExitStack) -> None:
    """Start the server that `wish` names and tell where it is, or what the problem is."""
    try:
        url = stack.enter_context(started(prepared(wish, home))).url
    except (CannotGoOn, OSError) as error:
        tell(folder / f"{wish}.problem", str(error))
    else:
        tell(folder / f"{wish}.url", url)


def prepared(wish: str, home: Path) -> Server:
    """Return the server that `wish` names, not yet started."""
    prepare = prepare_postgres if wish == "postgres" else prepare_redis
    return prepare(home, os.environ, durable=False)  # noqa: TID251  # its PATH: where servers are


def tell(path: Path, text: str) -> None:
    """Make `path` appear with its whole content at once."""
    half = path.with_suffix(".half")
    half.write_text(text)
    half.rename(path)


if __name__ == "__main__":
    main()
