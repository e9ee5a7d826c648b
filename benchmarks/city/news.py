"""News: something may have changed, look again. Many may tell, one waits."""

import asyncio


class News:
    """Wakes whoever waits; what is told while nobody waits is heard by the next who does."""

    def __init__(self) -> None:
        """Begin with nothing new."""
        self._came = asyncio.Event()

    def tell(self, *_told: object) -> None:
        """Say that something may have changed; fits as a listener of events."""
        self._came.set()

    async def wait(self, real_s: float) -> bool:
        """Wait for news for at most so many real seconds; tell whether any came."""
        try:
            async with asyncio.timeout(real_s):
                await self._came.wait()
        except TimeoutError:
            return False
        self._came.clear()
        return True
