"""Which statuses an offer goes through, and who may make each move."""

from enum import StrEnum

from api.kit.lifecycle import By, Lifecycle


class OfferStatus(StrEnum):
    """Where an offer stands."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class OfferSource(StrEnum):
    """Who made the offer: the dispatch tick, or a dispatcher's hand."""

    TICK = "tick"
    MANUAL = "manual"


OFFER = Lifecycle(
    "the offer",
    {
        (OfferStatus.OFFERED, OfferStatus.ACCEPTED): frozenset({By.COURIER, By.OPERATOR}),
        (OfferStatus.OFFERED, OfferStatus.REJECTED): frozenset({By.COURIER}),
        (OfferStatus.OFFERED, OfferStatus.EXPIRED): frozenset({By.SYSTEM}),
        (OfferStatus.OFFERED, OfferStatus.WITHDRAWN): frozenset({By.SYSTEM, By.OPERATOR}),
    },
)
