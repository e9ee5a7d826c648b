"""Names of the rooms: who sees what."""

from uuid import UUID

from geo import cells

PLATFORM = "platform"
"""Dispatchers of the whole platform."""


def user(user_id: UUID) -> str:
    """Return the room of one person's own news."""
    return f"user:{user_id}"


def courier(courier_id: UUID) -> str:
    """Return the room of a courier's phone."""
    return f"courier:{courier_id}"


def order(order_id: UUID) -> str:
    """Return the room of those who follow an order."""
    return f"order:{order_id}"


def company(company_id: UUID) -> str:
    """Return the room of a company's vendors."""
    return f"company:{company_id}"


def zone(zone_id: UUID) -> str:
    """Return the room of dispatchers who see one zone only."""
    return f"zone:{zone_id}"


def cell(index: int) -> str:
    """Return the room of maps that show a cell of the platform's fleet."""
    return f"cell:platform:{cells.to_text(index)}"
