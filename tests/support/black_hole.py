"""A TCP proxy that can turn into a black hole: connections stay open and nothing comes through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit


class BlackHole:
    """Passes bytes on while `open`; keeps them to itself otherwise."""

    def __init__(self, database_url: str) -> None:
        self._server = urlsplit(database_url)
        self._may_pass = asyncio.Event()
        self._may_pass.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.swallowed = 0
        """How many pieces it has held back so far: proof that the fault was there."""

    def close_up(self) -> None:
        """Let nothing through any more, in either direction."""
        self._may_pass.clear()

    def open_up(self) -> None:
        """Let everything through again, what was held back first."""
        self._may_pass.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a client with the server behind the proxy until either hangs up."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        far_reader, far_writer = await self._reach()
        try:
            await asyncio.gather(
                self._pass_on(reader, far_writer), self._pass_on(far_reader, writer)
            )
        except asyncio.CancelledError:
            pass  # the test is over
        finally:
            self._tasks.discard(task)
            for one in (writer, far_writer):
                one.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        (folder,) = parse_qs(self._server.query).get("host", [""])
        port = self._server.port or 5432
        if folder:
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._server.hostname, port)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(65_536):
                self.swallowed += not self._may_pass.is_set()
                await self._may_pass.wait()
                writer.write(piece)
                await writer.drain()
            writer.write_eof()

    async def stop(self) -> None:
        """End every connection."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def black_hole(database_url: str) -> AsyncIterator[tuple[BlackHole, str]]:
    """Yield a proxy before the database at `database_url`, and the address through it."""
    parts = urlsplit(database_url)
    hole = BlackHole(database_url)
    server = await asyncio.start_server(hole.serve, "127.0.0.1", 0)
    hole.port = server.sockets[0].getsockname()[1]
    try:
        person = parts.netloc.rpartition("@")[0]
        yield hole, f"postgresql://{person}@127.0.0.1:{hole.port}{parts.path}"
    finally:
        server.close()
        await hole.stop()
