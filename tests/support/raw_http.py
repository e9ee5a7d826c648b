"""HTTP byte by byte: what a browser would never send, and when."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Wire:
    """One TCP connection to a program."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        with suppress(ConnectionError):
            self._writer.write(data)
            await self._writer.drain()

    async def rest(self, within_s: float = 30.0) -> bytes:
        """Return everything until the program closes; fail where it never does."""
        async with asyncio.timeout(within_s):
            with suppress(ConnectionError):
                return await self._reader.read()
        return b""

    async def status(self, within_s: float = 30.0) -> int:
        """Return the status of the next answer."""
        async with asyncio.timeout(within_s):
            line = await self._reader.readline()
        return int(line.split()[1])


@asynccontextmanager
async def wire(port: int) -> AsyncIterator[Wire]:
    """Yield a connection to a program on this machine; hang up at the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
