"""The offer machine, move by move, against the table of the specification."""

import pytest

from api.kit.lifecycle import By
from api.offers.lifecycle import OFFER, OfferStatus
from tests.support.machines import moves_of

# from, to, by whom: written down by hand from the specification's table `offer_status`. A
# dispatcher's hand accepts on behalf of the courier (marked *).
MOVES = {
    ("offered", "accepted"): "courier operator",  # *
    ("offered", "rejected"): "courier",
    ("offered", "expired"): "system",
    ("offered", "withdrawn"): "system operator",
}


@pytest.mark.parametrize("by", By)
def test_an_offer_moves_as_the_table_says(by: By) -> None:
    listed = {move for move, who in MOVES.items() if by in who.split()}
    assert moves_of(OFFER, OfferStatus, by) == listed
