"""What a delivery costs: the zone's base fee plus its fee per started kilometre."""

from api.kit.money import Money


def delivery_fee(
    base_fee_minor: int, per_km_fee_minor: int, distance_m: float, currency: str
) -> Money:
    """Return the fee for a delivery over a straight distance of `distance_m` metres."""
    kilometres = -(-int(distance_m) // 1000)
    return Money(base_fee_minor + per_km_fee_minor * kilometres, currency)
