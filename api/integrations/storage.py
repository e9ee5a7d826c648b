"""Where files lie: a folder of this machine, or an S3 bucket, behind the same few acts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeAlias

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from api.kit.errors import Unavailable
from api.kit.resources import Key
from api.settings import Settings

DEADLINE_S = 10
LOCAL, S3 = "local", "s3"

_Store: TypeAlias = LocalStore | S3Store


class ObjectMissing(Exception):
    """There is no such object."""


class Storage:
    """Keeps bytes under keys. A written object is whole or not there; it is never changed."""

    def __init__(self, driver: str, store: _Store) -> None:
        self.driver = driver
        self._store = store

    async def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`; raise `Unavailable` where the store does not take it."""
        try:
            await obstore.put_async(self._store, key, content, use_multipart=False)
        except (BaseError, FileNotFoundError) as error:  # the bucket or the folder is gone
            raise _away(error) from error

    async def get(self, key: str, start: int, end: int) -> bytes:
        """Return the bytes of an object from `start` to before `end`.

        Raises `ObjectMissing` where it is gone, `Unavailable` where the store does not answer.
        """
        if start >= end:
            return b""
        try:
            return bytes(await obstore.get_range_async(self._store, key, start=start, end=end))
        except (NotFoundError, FileNotFoundError) as error:
            raise ObjectMissing(key) from error
        except BaseError as error:
            raise _away(error) from error

    async def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; those that are gone already are no error.

        S3 says nothing about what was gone; its 404 means that there is no such bucket.
        """
        for key in keys:
            try:
                await obstore.delete_async(self._store, key)
            except (BaseError, FileNotFoundError) as error:
                is_gone = isinstance(error, NotFoundError | FileNotFoundError)
                if not (is_gone and self.driver == LOCAL):
                    raise _away(error) from error


def _away(error: Exception) -> Unavailable:
    return Unavailable(f"The file store does not answer ({type(error).__name__}): try again")


def open_storage(settings: Settings) -> Storage:
    """Return the store of the settings: the bucket where one is named, else the folder."""
    if not settings.s3_bucket:
        folder = settings.files_dir or settings.state_dir / "files"
        folder.mkdir(parents=True, exist_ok=True)
        return Storage(LOCAL, LocalStore(folder))
    endpoint = settings.s3_endpoint.rstrip("/")
    store = S3Store(
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
    return Storage(S3, store)


STORAGE: Key[Storage] = Key("file store")
