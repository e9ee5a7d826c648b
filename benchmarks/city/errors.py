"""What stops the city, in one sentence for the person who started it."""


class CityError(Exception):
    """The city cannot start or go on; the message says why and what to do."""
