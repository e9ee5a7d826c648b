"""What is shown of a courier: the smoothed place of the last believed fix."""

from dataclasses import replace

from geo.fix import Fix
from geo.smoothing import Tracks
from tracking.fleet import Fleet, LiveCourier
from tracking.positions import Position


def fix_of(position: Position) -> Fix:
    """Return the fix that a position was made of."""
    return Fix(
        position.seq,
        position.t_ms,
        position.lat,
        position.lng,
        position.speed_mps,
        position.heading_deg,
        position.accuracy_m,
    )


def show(courier: LiveCourier, fleet: Fleet, believed: Position) -> None:
    """Bring a courier to where a believed fix, taken up by the fleet's tracks, makes it seem."""
    courier.believed = believed
    fleet.move(courier, _smoothed(fleet.tracks, courier.ref, believed))


def _smoothed(tracks: Tracks, slot: int, believed: Position) -> Position:
    """Speed and heading are the phone's where it knows them: it measures them by itself."""
    found = tracks.of(slot)
    if found is None:
        return believed
    speed, heading = believed.speed_mps, believed.heading_deg
    return replace(
        believed,
        lat=found.lat,
        lng=found.lng,
        speed_mps=found.speed_mps if speed is None else speed,
        heading_deg=found.heading_deg if heading is None else heading,
    )
