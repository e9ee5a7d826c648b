"""A zip of small instances in Li & Lim's format, with a table of best known values."""

import zipfile
from pathlib import Path

from benchmarks.routing_instance import BestKnown, read_best_known

SMALL = """2 10 1
0 0 0 0 0 100 0 0 0
1 3 4 5 0 50 1 0 3
2 0 8 5 0 50 1 0 4
3 6 8 -5 0 60 1 1 0
4 0 9 -5 0 60 1 2 0
"""


def write_small(folder: Path) -> tuple[Path, Path]:
    """Write lc101 and lr201, equal but for their names; return the paths of zip and table."""
    archive, table = folder / "small.zip", folder / "best.csv"
    with zipfile.ZipFile(archive, "w") as written:
        for name in ("lc101", "lr201"):
            written.writestr(f"lilim/100/{name}.txt", SMALL)
    table.write_text(
        "family,size,instance,class,vehicles,distance\n"
        "lilim,100,lc101,lc1,1,26\nlilim,100,lr201,lr2,1,26\nvrptw,100,c101,c1,10,828\n"
    )
    return archive, table


def known(table: Path) -> dict[str, BestKnown]:
    """Return the best known values."""
    return read_best_known(table)
