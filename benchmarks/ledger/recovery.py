"""How long after a fault the first fix taken after it was durable again."""

import asyncio
import time
from collections.abc import Sequence

from benchmarks.ledger.phone import LedgerPhone

LOOK_EVERY_S = 0.02
PATIENCE_S = 180.0


class Recovery:
    """Of one fault, for the phones that it was about: any of them will do."""

    def __init__(self, phones: Sequence[LedgerPhone]) -> None:
        """The fault is now."""
        self._phones = phones
        self._began_s = time.monotonic()
        self._pages = {id(phone.page): phone.page.taken for phone in phones}
        self.took_s: float | None = None

    def _is_over(self) -> bool:
        """Tell whether a fix that was taken since then is durable; a new page has only such."""
        return any(one.page.durable > self._pages.get(id(one.page), 0) for one in self._phones)

    async def watch(self) -> None:
        """Return when it is over, or when there is no hope left."""
        while time.monotonic() - self._began_s < PATIENCE_S:
            if self._is_over():
                self.took_s = time.monotonic() - self._began_s
                return
            await asyncio.sleep(LOOK_EVERY_S)
