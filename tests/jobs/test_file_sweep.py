"""What is left of files: swept from every store, without a transaction while a store is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from api import app as api_app
from api.integrations.storage import STORAGE, open_storage
from benchmarks.city.waiting import wait_until
from jobs import file_sweep
from tests.api.files.test_files import FILES, PDF, fetch, objects, passed, put
from tests.support.cast import Cast
from tests.support.drawings import drawing
from tests.support.people import Person
from tests.support.s3_server import S3Server


@dataclass
class Moved:
    """An installation that has been given a bucket; `base` is where its API is."""

    s3: S3Server
    base: str

    def same(self, person: Person) -> Person:
        """Return the person at the door of the API with the bucket."""
        return Person(self.base, person.token, me=person.me)


@asynccontextmanager
async def _serving(server: TestServer) -> AsyncIterator[str]:
    await server.start_server()
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()


@pytest.fixture
async def moved(cast: Cast) -> AsyncIterator[Moved]:
    """Return the installation of the cast, with a bucket from now on."""
    s3 = S3Server()
    async with _serving(TestServer(s3.app())) as endpoint:
        bucket = {
            "s3_bucket": s3.bucket,
            "s3_endpoint": endpoint,
            "s3_region": s3.region,
            "s3_access_key": s3.access_key,
            "s3_secret_key": SecretStr(s3.secret),
        }
        settings = cast.stack.settings.model_copy(update=bucket)
        cast.stack.station.resources.put(STORAGE, open_storage(settings))
        app = api_app.create_app(settings, cast.stack.database)
        async with _serving(TestServer(app)) as base:
            yield Moved(s3, base)
            s3.open.set()


async def test_files_from_before_the_bucket_are_opened_and_swept(cast: Cast, moved: Moved) -> None:
    ana = await cast.customer()
    older = (await put(ana, PDF)).data
    ana = moved.same(ana)
    newer = (await put(ana, drawing())).data
    assert len(moved.s3.objects) == 4
    assert (await fetch(ana, older["url"]))[:2] == (200, PDF)
    assert (await fetch(ana, newer["url"]))[0] == 200
    for file in (older, newer):
        assert (await ana.ask("DELETE", f"{FILES}/{file['id']}")).status == 204
    await passed(cast)
    await file_sweep.sweep(cast.stack.station)
    assert moved.s3.objects == {}
    assert objects(cast.stack.settings.state_dir / "files") == []
    assert await cast.stack.rows("SELECT 1 FROM files") == []


async def test_no_transaction_is_open_while_the_store_is_asked(cast: Cast, moved: Moved) -> None:
    ana = moved.same(await cast.customer())
    file = (await put(ana, PDF)).data
    assert (await ana.ask("DELETE", f"{FILES}/{file['id']}")).status == 204
    await passed(cast)
    moved.s3.open.clear()
    sweeping = asyncio.create_task(file_sweep.sweep(cast.stack.station))
    assert await wait_until(lambda: moved.s3.waiting > 0, 20)
    busy = await cast.stack.rows(
        """
        SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
        AND state = 'idle in transaction'
        """
    )
    assert busy == []
    moved.s3.open.set()
    await sweeping
    assert moved.s3.objects == {}


async def test_who_is_erased_during_an_upload_leaves_no_file(cast: Cast, moved: Moved) -> None:
    ana = moved.same(await cast.customer())
    moved.s3.open.clear()
    uploading = asyncio.create_task(put(ana, PDF, "?visibility=public"))
    assert await wait_until(lambda: moved.s3.waiting > 0, 20)
    assert (await ana.ask("DELETE", "/api/v1/users/me")).status == 204
    moved.s3.open.set()
    assert (await uploading).status == 404
    assert await cast.stack.rows("SELECT 1 FROM files WHERE deleted_at IS NULL") == []
    await passed(cast)
    await file_sweep.sweep(cast.stack.station)
    assert moved.s3.objects == {}


async def test_a_bucket_that_went_is_trouble_of_ours_and_its_rows_wait(
    cast: Cast, moved: Moved
) -> None:
    ana = await cast.customer()
    file = (await put(moved.same(ana), PDF)).data
    answer = await ana.get(file["url"])  # at the API without the bucket
    assert (answer.status, answer.code) == (503, "unavailable")
    assert (await ana.ask("DELETE", f"{FILES}/{file['id']}")).status == 204
    await passed(cast)
    cast.stack.station.resources.put(STORAGE, open_storage(cast.stack.settings))
    await file_sweep.sweep(cast.stack.station)
    assert len(await cast.stack.rows("SELECT 1 FROM files")) == 1
