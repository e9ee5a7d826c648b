"""Answers of other people's servers, read up to a limit: a wrong one must not fill our memory."""

import aiohttp

MOST_BYTES = 256 * 1024


class TooMuch(aiohttp.ClientPayloadError):
    """The answer is longer than any right one."""


async def bounded(response: aiohttp.ClientResponse, most: int = MOST_BYTES) -> bytes:
    """Return the whole body of `response`; raise `TooMuch` where it is over `most` bytes."""
    raw = bytearray()
    async for piece in response.content.iter_any():
        raw += piece
        if len(raw) > most:
            raise TooMuch
    return bytes(raw)
