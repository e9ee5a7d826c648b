"""The database gateway: the only place that opens connections, with a deadline on everything.

A time-out on a query alone does not bound the wait on a dead network; acquiring, commands and
releasing each have their own deadline, and a cancelled connection is terminated, not reused.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from api.kit.cannot_start import CannotStart
from api.kit.errors import Unavailable
from geo.point import Point

Connection: TypeAlias = asyncpg.Connection
Record: TypeAlias = asyncpg.Record

UniqueViolation = asyncpg.UniqueViolationError
LOST_RACE = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""Errors after which the same transaction may simply be tried again."""

OUT_OF_REACH = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke off within an answer
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.DiskFullError,
)
"""Errors that mean: the database does not answer now; the client may try again later."""

_POINT = struct.Struct("<BIIdd")
_POINT_WITH_SRID = 0x20000001
_SRID = 4326


def _encode_shape(shape: Point | BaseGeometry) -> bytes:
    if isinstance(shape, Point):
        return _POINT.pack(1, _POINT_WITH_SRID, _SRID, shape.lng, shape.lat)
    return bytes(shapely.to_wkb(shapely.set_srid(shape, _SRID), include_srid=True))


def _decode_shape(raw: bytes) -> Point | BaseGeometry:
    if len(raw) == _POINT.size:
        order, kind, _srid, lng, lat = _POINT.unpack(raw)
        if order == 1 and kind == _POINT_WITH_SRID:
            return Point(lat, lng)
    return shapely.from_wkb(raw)


async def _teach(connection: Connection) -> None:
    """Teach a new connection our types: jsonb as values, ids as UUID, geography as shapes."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="text",
        encoder=lambda value: orjson.dumps(value).decode(),
        decoder=orjson.loads,
    )
    await connection.set_type_codec(
        "uuid",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: value.bytes,
        decoder=lambda raw: UUID(bytes=raw),
    )
    for name in ("geography", "geometry"):
        await connection.set_type_codec(
            name, schema="public", format="binary", encoder=_encode_shape, decoder=_decode_shape
        )


class _Plain(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """A connection that is given back without a question to the server.

    Nothing of ours leaves session state behind: no setting, no session lock, no cursor; whoever
    listens keeps the connection. A transaction left open is rolled back all the same.
    """

    def get_reset_query(self) -> str:
        """Return the statement that is sent when a connection is given back: none."""
        return ""


_SETTINGS = {"lock_timeout": "3000", "timezone": "UTC", "jit": "off"}


@dataclass(frozen=True, slots=True)
class Database:
    """A pool of connections to PostgreSQL; every wait on it ends.

    `acquire_s` bounds the wait for a connection, `command_s` every statement.
    """

    pool: asyncpg.Pool
    acquire_s: float

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        size: int = 10,
        least: int = 1,
        search_path: str = "",
        acquire_s: float = 2.0,
        command_s: float = 5.0,
    ) -> "Database":
        """Connect to `url`; raise `CannotStart` when it does not answer or is not migrated.

        `search_path` names the schemas whose tables are meant; empty: those of the server.
        """
        path = {"search_path": search_path} if search_path else {}
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=least,
                max_size=size,
                timeout=acquire_s,
                command_timeout=command_s,
                init=_teach,
                connection_class=_Plain,
                server_settings=_SETTINGS | path,
            )
        except (*OUT_OF_REACH, asyncpg.PostgresError) as error:
            message = (
                f"PostgreSQL does not let us in (HERMOD_DATABASE_URL): {error}. "
                "Start it, or name the one that is meant."
            )
            raise CannotStart(message) from error
        except ValueError as error:
            message = "The database is not migrated: run 'python -m api.migrate' first"
            raise CannotStart(message) from error
        return cls(pool, acquire_s)

    async def close(self) -> None:
        """Close all connections, by force after two seconds."""
        try:
            async with asyncio.timeout(2):
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection without a transaction: each statement stands for itself."""
        try:
            connection = await self.pool.acquire(timeout=self.acquire_s)
        except TimeoutError as error:  # all are lent, or the machine is too busy for one more
            raise Unavailable(TOO_MUCH, headers=RETRY_SOON) from error
        except OUT_OF_REACH as error:
            raise Unavailable(NO_ANSWER, headers=RETRY_SOON) from error
        try:
            yield connection
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError | TimeoutError):
                with suppress(asyncpg.InterfaceError):  # asyncpg may have given it up already
                    connection.terminate()  # it may be in the middle of an answer
            if isinstance(error, OUT_OF_REACH):
                raise Unavailable(NO_ANSWER, headers=RETRY_SOON) from error
            raise
        finally:
            await self.pool.release(connection, timeout=self.acquire_s)

    def lending(self, *, in_transaction: bool) -> "Lent":
        """Return what lends a connection at its first statement; `end` gives it back."""
        return Lent(self.transaction if in_transaction else self.connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection inside one transaction: all of it is saved, or nothing."""
        async with self.connection() as connection, connection.transaction():
            yield connection


class Lent:
    """A connection that is borrowed when it is first needed: many a request never asks.

    One statement at a time, as with every connection.
    """

    __slots__ = ("_borrow", "_borrowed", "_connection")

    def __init__(self, borrow: Callable[[], AbstractAsyncContextManager[Connection]]) -> None:
        self._borrow = borrow
        self._borrowed: AbstractAsyncContextManager[Connection] | None = None
        self._connection: Connection | None = None

    async def fetch(self, sql: str, *arguments: Any) -> list[Record]:
        """Return all rows."""
        return await (self._connection or await self._first()).fetch(sql, *arguments)  # type: ignore[no-any-return]  # asyncpg ships no types

    async def fetchrow(self, sql: str, *arguments: Any) -> Record | None:
        """Return the first row."""
        return await (self._connection or await self._first()).fetchrow(sql, *arguments)

    async def fetchval(self, sql: str, *arguments: Any) -> Any:
        """Return the first value of the first row."""
        return await (self._connection or await self._first()).fetchval(sql, *arguments)

    async def execute(self, sql: str, *arguments: Any) -> str:
        """Run a statement; return its tag."""
        return await (self._connection or await self._first()).execute(sql, *arguments)  # type: ignore[no-any-return]  # asyncpg ships no types

    async def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each of `rows`, all of them or none."""
        await (self._connection or await self._first()).executemany(sql, rows)

    @asynccontextmanager
    async def transaction(self, **options: Any) -> AsyncIterator[None]:
        """Begin a transaction, or a savepoint inside the one that there is."""
        async with (self._connection or await self._first()).transaction(**options):
            yield

    async def end(self, error: BaseException | None = None) -> None:
        """Commit, or roll back after an error, and give the connection back if one was lent."""
        borrowed, self._borrowed, self._connection = self._borrowed, None, None
        if borrowed is None:
            return
        if error is None:
            await borrowed.__aexit__(None, None, None)
        else:
            await borrowed.__aexit__(type(error), error, error.__traceback__)

    async def _first(self) -> Connection:
        if self._borrowed is not None:
            message = "two statements of one request at once: wait for the first"
            raise RuntimeError(message)
        borrowed = self._borrowed = self._borrow()
        try:
            self._connection = await borrowed.__aenter__()
        except BaseException:
            self._borrowed = None
            raise
        return self._connection


NO_ANSWER = "The database does not answer"
TOO_MUCH = "Too much is being asked at once: try again in a moment"
RETRY_SOON = {"Retry-After": "1"}


def quoted(value: Any) -> str:
    """Return `value` as a literal for the few statements that take no parameters (NOTIFY, DDL)."""
    return "'" + str(value).replace("'", "''") + "'"
