"""Frames as our encoders write them, kept for the pages' own tests.

`python -m tests.browser.golden_frames` writes them anew.
"""

import json
from pathlib import Path
from typing import Any

from geo import cells
from geo.fix import Fix
from geo.point import Point
from tracking.wire import MapRecord, pack_fix, pack_records

FILE = Path(__file__).resolve().parents[2] / "web" / "tests" / "golden" / "frames.json"

_MIDDLE = Point(41.1484, -8.6009)
_EPOCH = 1_790_000_000
_RECORDS = (
    MapRecord(0, 0, 0, 0, 0, 0, 0, 0, 0),
    MapRecord(65_535, 32_767, -32_767, 127, -127, 255, 255, 4 | 16, 255),
    MapRecord(258, -1234, 4321, 6, -8, 64, 17, 2, 77),
)
_FIXES = (
    Fix(1, _EPOCH * 1000, 41.1484, -8.6009, None, None, None),
    Fix(2, _EPOCH * 1000 + 1250, -33.8688197, 151.2092955, 7.5, 270.0, 12.0),
    Fix(70_000, _EPOCH * 1000 + 86_400_000, 41.1500001, -8.5999999, 100.0, 359.9, 999.0, 16),
)


def golden() -> dict[str, Any]:
    """Return the frames with what they mean."""
    frames = []
    for resolution, unit in ((7, 1e-6), (5, 1e-5)):
        cell = cells.cell_of(_MIDDLE, resolution)
        middle = cells.centre(cell)
        frames.append({
            "cell": cells.to_text(cell),
            "middle": list(middle),
            "records": pack_records(_RECORDS),
            "couriers": [
                {
                    "ref": record.ref,
                    "lat": middle.lat + record.north * unit,
                    "lng": middle.lng + record.east * unit,
                    "northMps": record.north_half_mps / 2,
                    "eastMps": record.east_half_mps / 2,
                    "headingDeg": record.heading * 360 / 256,
                    "ageS": record.age_tenths / 10,
                    "state": record.state & 15,
                    "stale": bool(record.state & 16),
                }
                for record in _RECORDS
            ],
        })
    fixes = [
        {
            "seq": fix.seq,
            "tMs": fix.t_ms,
            "lat": fix.lat,
            "lng": fix.lng,
            "speedMps": fix.speed_mps,
            "headingDeg": fix.heading_deg,
            "accuracyM": fix.accuracy_m,
            "backfill": bool(fix.flags & 16),
            "hex": pack_fix(_EPOCH, fix).hex(),
        }
        for fix in _FIXES
    ]
    return {"frames": frames, "epoch": _EPOCH, "fixes": fixes}


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(golden(), indent=1) + "\n")
