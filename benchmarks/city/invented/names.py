"""Invented names for a city, its districts, parks and streets."""

import random
from collections.abc import Iterator

_CITY_STARTS = ("Al", "Bren", "Cal", "Dor", "El", "Fen", "Hal", "Kar", "Lin", "Mar", "Nor", "Ost")
_CITY_MIDDLES = ("a", "e", "i", "o", "an", "er", "in", "el")
_CITY_ENDS = ("borg", "dale", "field", "ford", "haven", "mere", "mouth", "stad", "ville", "wick")
_FIRST = """
    Alder Amber Anchor Apple Ash Baker Barley Beacon Beech Birch Bishop Bridge Brook Candle Castle
    Cedar Chapel Cherry Chestnut Clay Clover Cooper Copper Corn Crown Dove Eagle Elm Falcon Fern
    Fisher Flax Forge Fountain Fox Garden Glass Granary Hawthorn Hazel Heron Hill Holly Iron Ivy
    Juniper Lantern Lark Laurel Lilac Lime Linden Lion Maple Market Meadow Mill Mint Mulberry
    Nettle Oak Olive Orchard Otter Owl Pear Pine Plum Poplar Potter Quarry Quince Raven Reed River
    Robin Rose Rowan Rye Saddler Salt Sand Silver Sloe Spring Station Stone Swan Tanner Thistle
    Tower Violet Walnut Weaver Well Wheat Willow Wren Yarrow Yew
"""
_DISTRICT_ENDS = ("bank", "field", "gate", "hill", "park", "side", "ton", "well", "wood", " Cross")
_STREET_ENDS = ("Street", "Street", "Street", "Lane", "Road", "Row", "Way")


def city_name(rng: random.Random) -> str:
    """Return the name of a city."""
    parts = (rng.choice(_CITY_STARTS), rng.choice(_CITY_MIDDLES), rng.choice(_CITY_ENDS))
    return "".join(parts)


def district_names(rng: random.Random) -> Iterator[str]:
    """Yield names of districts, each once for as long as there are enough."""
    return _shuffled(rng, _DISTRICT_ENDS, "")


def avenue_names(rng: random.Random) -> Iterator[str]:
    """Yield names of main roads."""
    return _shuffled(rng, ("Avenue", "Boulevard"), " ")


def street_names(rng: random.Random) -> Iterator[str]:
    """Yield names of streets."""
    return _shuffled(rng, _STREET_ENDS, " ")


def park_names(rng: random.Random) -> Iterator[str]:
    """Yield names of parks."""
    return _shuffled(rng, ("Gardens", "Green", "Park"), " ")


def _shuffled(rng: random.Random, ends: tuple[str, ...], between: str) -> Iterator[str]:
    """Yield every first part with some end, in random order, again and again."""
    firsts = _FIRST.split()
    while True:
        rng.shuffle(firsts)
        for first in firsts:
            yield f"{first}{between}{rng.choice(ends)}"
