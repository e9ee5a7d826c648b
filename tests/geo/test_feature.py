"""The names of layers and kinds."""

from geo.feature import AREA_KINDS, PLACE_KINDS, ROAD_KINDS, Layer


def test_layers_are_drawn_from_areas_up_to_places() -> None:
    assert list(Layer) == ["areas", "roads", "places"]


def test_no_kind_is_listed_twice() -> None:
    for kinds in (AREA_KINDS, ROAD_KINDS, PLACE_KINDS):
        assert len(set(kinds)) == len(kinds)
