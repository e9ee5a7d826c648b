"""Ways through the city."""

from benchmarks.city.streets import invented_streets
from benchmarks.city.ways import StraightWays, StreetWays
from geo.point import Point, distance_m, offset

CENTRE = Point(46.2, 8.9)
STREETS = invented_streets(CENTRE, 1500.0, seed=3)


def test_the_straight_way_has_two_ends_and_nothing_between() -> None:
    goal = offset(CENTRE, 300.0, 400.0)
    assert StraightWays().way(CENTRE, goal).points == (CENTRE, goal)


def test_a_street_way_begins_and_ends_exactly_where_asked() -> None:
    start, goal = offset(CENTRE, 500.0, -300.0), offset(CENTRE, -600.0, 450.0)
    way = StreetWays(STREETS.roads).way(start, goal)
    assert (way.points[0], way.points[-1]) == (start, goal)
    assert len(way.points) > 5


def test_a_street_way_is_longer_than_the_straight_line_but_no_odyssey() -> None:
    start, goal = offset(CENTRE, 500.0, -300.0), offset(CENTRE, -600.0, 450.0)
    way = StreetWays(STREETS.roads).way(start, goal)
    assert 1.0 <= way.length_m / distance_m(start, goal) < 2.5


def test_places_on_the_same_corner_are_joined_directly() -> None:
    place = STREETS.roads.point(STREETS.roads.nearest_node(CENTRE))
    beside = offset(place, 2.0, 1.0)
    assert StreetWays(STREETS.roads).way(place, beside).points == (place, beside)
