"""Why a courier is not the one: a named code per obstacle, stable on disk and on the wire."""

from enum import IntEnum


class WhyNot(IntEnum):
    """Why one courier cannot, or does not, take one delivery in this tick.

    1-19 come with the courier, 20-39 with the pair, both from the shell; 40-59 dispatch finds.
    """

    NOTHING = 0

    SILENT = 1
    ON_BREAK = 2
    OFFER_OPEN = 3
    BLOCKED = 4
    OFF_SHIFT = 5
    OUTSIDE_ZONE = 6

    BARRED_REFUSED = 20
    BARRED_EXPIRED = 21
    BARRED_BLOCKED = 22
    BARRED_VEHICLE = 23
    BARRED_TAKEN_BACK = 24

    TOO_FAR = 40
    NOT_NEAR = 41
    NO_CAPACITY = 42
    ROUTE_FULL = 43
    SHIFT_ENDS = 44
    TOO_LATE = 45
    COSTLIER = 46


EXCLUDING = frozenset(code for code in WhyNot if 1 <= code <= 19)
BARRING = frozenset(code for code in WhyNot if 20 <= code <= 39)

WHY_NOT_TEXT = {
    WhyNot.SILENT: "no position for too long",
    WhyNot.ON_BREAK: "on a break",
    WhyNot.OFFER_OPEN: "has another offer open",
    WhyNot.BLOCKED: "blocked",
    WhyNot.OFF_SHIFT: "not on shift",
    WhyNot.OUTSIDE_ZONE: "outside the zone",
    WhyNot.BARRED_REFUSED: "refused this delivery",
    WhyNot.BARRED_EXPIRED: "let an offer of this delivery expire",
    WhyNot.BARRED_BLOCKED: "may not serve this customer or shop",
    WhyNot.BARRED_VEHICLE: "has the wrong vehicle for this delivery",
    WhyNot.BARRED_TAKEN_BACK: "a dispatcher took this delivery back just now",
    WhyNot.TOO_FAR: "too far from the pickup",
    WhyNot.NOT_NEAR: "not among the nearest couriers looked at",
    WhyNot.NO_CAPACITY: "no room for the load",
    WhyNot.ROUTE_FULL: "carries as many deliveries as allowed",
    WhyNot.SHIFT_ENDS: "shift ends before the pickup",
    WhyNot.TOO_LATE: "busy beyond the look-ahead",
    WhyNot.COSTLIER: "costs more than the candidates kept",
}


class Unserved(IntEnum):
    """Why a delivery got no courier in this tick."""

    NOT_YET = 1
    NO_COURIERS = 2
    TAKEN = 3
    NO_CAPACITY = 4
    TOO_LATE = 5
    SHIFT_ENDS = 6
    ROUTE_FULL = 7
    BARRED = 8
    TOO_FAR = 9
    EXCLUDED = 10
