"""Where files lie: a folder of this machine, an S3 bucket, or both, behind the same few acts."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import BinaryIO, TypeAlias

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from api.kit.db import RETRY_SOON
from api.kit.errors import Unavailable
from api.kit.resources import Key
from api.settings import Settings

DEADLINE_S = 10.0
PUTS_AT_ONCE = 4
"""Each holds two parts of 5 MiB in memory at most."""

_Place: TypeAlias = LocalStore | S3Store
_GONE = (NotFoundError, FileNotFoundError)


class Driver(StrEnum):
    """Which kind of place bytes lie in."""

    LOCAL = "local"
    S3 = "s3"


class ObjectMissing(Exception):
    """There is no such object."""


@dataclass(frozen=True, slots=True)
class Store:
    """Keeps bytes under keys. A written object is whole or not there; it is never changed."""

    driver: Driver
    place: _Place
    _puts: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PUTS_AT_ONCE))

    async def put(self, key: str, file: BinaryIO) -> None:
        """Keep what `file` holds under `key`; raise `Unavailable` where the store does not take it.

        The file is read part by part.
        """
        async with self._puts:
            file.seek(0)
            try:
                await obstore.put_async(self.place, key, file, max_concurrency=2)
            except (BaseError, OSError) as error:  # the bucket or the folder is gone
                raise _away(error) from error

    async def get(self, key: str, start: int, end: int) -> bytes:
        """Return the bytes of an object from `start` to before `end`.

        Raises `ObjectMissing` where it is gone, `Unavailable` where the store does not answer.
        """
        if start >= end:
            return b""
        try:
            return bytes(await obstore.get_range_async(self.place, key, start=start, end=end))
        except _GONE as error:
            raise ObjectMissing(key) from error
        except (BaseError, OSError) as error:
            raise _away(error) from error

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are gone already are no error.

        S3 says nothing about what was gone; its 404 means that there is no such bucket.
        """
        for key in keys:
            try:
                await obstore.delete_async(self.place, key)
            except (BaseError, OSError) as error:
                if self.driver is not Driver.LOCAL or not isinstance(error, _GONE):
                    raise _away(error) from error


def _away(error: Exception) -> Unavailable:
    message = f"The file store does not answer ({type(error).__name__}): try again"
    return Unavailable(message, headers=RETRY_SOON)


@dataclass(frozen=True, slots=True)
class Storage:
    """Every store that holds files, and the one that new files go to."""

    stores: Mapping[Driver, Store]
    newest: Driver

    def __getitem__(self, driver: Driver) -> Store:
        """Return a store; raise `Unavailable` where this installation does not name it any more."""
        if driver not in self.stores:
            raise Unavailable("The bucket of this file is not set up: name it in HERMOD_S3_BUCKET")
        return self.stores[driver]


def open_storage(settings: Settings) -> Storage:
    """Return the stores of the settings: the folder always, and the bucket where one is named."""
    folder = settings.files_dir or settings.state_dir / "files"
    folder.mkdir(parents=True, exist_ok=True)
    stores = {Driver.LOCAL: Store(Driver.LOCAL, LocalStore(folder))}
    if settings.s3_bucket:
        stores[Driver.S3] = Store(Driver.S3, _bucket(settings))
    return Storage(stores, Driver.S3 if settings.s3_bucket else Driver.LOCAL)


def _bucket(settings: Settings) -> S3Store:
    endpoint = settings.s3_endpoint.rstrip("/")
    return S3Store(
        settings.s3_bucket,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key,
        secret_access_key=settings.s3_secret_key.get_secret_value(),
        endpoint=endpoint or f"https://s3.{settings.s3_region}.amazonaws.com",
        client_options={
            "allow_http": endpoint.startswith("http://"),
            "timeout": timedelta(seconds=DEADLINE_S),
            "connect_timeout": timedelta(seconds=DEADLINE_S / 2),
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=DEADLINE_S)},
    )


STORAGE: Key[Storage] = Key("file store")
