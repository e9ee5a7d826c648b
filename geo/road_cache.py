"""The road graph of an extract, kept in one file so that it is read only once."""

import os
import zipfile
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np

from geo.map_file import content_hash
from geo.road_reader import read_roads
from geo.roads import RoadGraph

_FORMAT = 1  # raise it when the reader or the graph changes: old files are then passed over


def load_roads(map_file: Path, cache_folder: Path) -> RoadGraph:
    """Return the roads of an extract, from the cache when its content was read before.

    Raises MapFileError when the extract cannot be used, OSError when the cache cannot be written.
    """
    kept = cache_folder / f"roads-{_FORMAT}-{content_hash(map_file)[:32]}.npz"
    roads = _load(kept)
    if roads is None:
        roads = read_roads(map_file)
        cache_folder.mkdir(parents=True, exist_ok=True)
        _save(roads, kept)
    return roads


def _load(kept: Path) -> RoadGraph | None:
    """Return the kept graph, or None when there is none or the file is damaged."""
    try:
        with kept.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            return RoadGraph(**{field.name: arrays[field.name] for field in fields(RoadGraph)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _save(roads: RoadGraph, kept: Path) -> None:
    """Write beside and rename: another program never sees half a file."""
    unfinished = kept.with_name(f"{kept.name}.{os.getpid()}.part")
    with unfinished.open("wb") as stream:
        np.savez(stream, **asdict(roads))
    unfinished.replace(kept)
