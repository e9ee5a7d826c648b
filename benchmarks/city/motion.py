"""Where a robot is at an instant: standing, or moving along a line at a steady speed."""

from dataclasses import dataclass

from geo.point import Point
from geo.polyline import Line, line_of


@dataclass(frozen=True, slots=True)
class Pose:
    """A place, how fast it changes, and in which direction (None when it does not)."""

    point: Point
    speed_mps: float
    heading_deg: float | None


@dataclass(frozen=True, slots=True)
class Motion:
    """Moving along `line` from `began_ms` on, standing at its end; Unix ms, business clock."""

    line: Line
    began_ms: int
    speed_mps: float

    @property
    def ends_ms(self) -> int:
        """Return when the end of the line is reached."""
        return self.began_ms + round(self.line.length_m / self.speed_mps * 1000)

    def pose(self, now_ms: int) -> Pose:
        """Return where the robot is at an instant."""
        along_m = max(0.0, (now_ms - self.began_ms) / 1000 * self.speed_mps)
        if along_m >= self.line.length_m:
            return Pose(self.line.points[-1], 0.0, None)
        return Pose(self.line.at(along_m), self.speed_mps, self.line.bearing_at(along_m))


def standing(point: Point) -> Motion:
    """Return the motion of somebody who stays where they are."""
    return Motion(line_of([point]), 0, 1.0)
