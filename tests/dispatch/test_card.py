"""Cards are values: equal by content, and not to be changed once told."""

from dataclasses import FrozenInstanceError, replace

import pytest

from dispatch.card import Card, Obstacle
from dispatch.reasons import WhyNot
from tests.dispatch.strategies import id16

CARD = Card(id16(1), None, (), 0, None, (Obstacle(WhyNot.SILENT, 2, (id16(2), id16(3))),))


def test_cards_with_the_same_content_are_equal() -> None:
    assert replace(CARD) == CARD
    assert hash(replace(CARD)) == hash(CARD)
    assert replace(CARD, priced=1) != CARD


def test_a_card_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        CARD.priced = 3  # type: ignore[misc]  # that is the point
