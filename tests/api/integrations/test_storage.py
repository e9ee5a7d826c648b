"""The file store: the same acts on a folder and on an S3 server that checks every signature."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from api.integrations.storage import Driver, ObjectMissing, Store, open_storage
from api.kit.errors import Unavailable
from api.kit.upload import Spool
from api.settings import Settings
from tests.support.s3_server import S3Server

CONTENT = bytes(range(256)) * 400


@pytest.fixture
async def s3(tmp_path: Path) -> AsyncIterator[tuple[S3Server, Settings]]:
    """Return a running S3 server and the settings that lead to it."""
    server = S3Server()
    running = TestServer(server.app())
    await running.start_server()
    yield (
        server,
        Settings(
            files_dir=tmp_path / "files",
            s3_bucket=server.bucket,
            s3_endpoint=str(running.make_url("")),
            s3_region=server.region,
            s3_access_key=server.access_key,
            s3_secret_key=SecretStr(server.secret),
        ),
    )
    await running.close()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, s3: tuple[S3Server, Settings]) -> Store:
    """Return a store of each kind."""
    if request.param == "s3":
        return newest(s3[1])
    return newest(Settings(files_dir=tmp_path / "files"))


def newest(settings: Settings) -> Store:
    """Return the store that new files go to."""
    storage = open_storage(settings)
    return storage[storage.newest]


async def put(store: Store, key: str, content: bytes) -> None:
    """Keep some bytes."""
    with Spool().blank() as file:
        file.write(content)
        await store.put(key, file)


async def test_what_was_put_is_read_whole_and_in_parts(store: Store) -> None:
    await put(store, "ab/cd/original", CONTENT)
    assert await store.get("ab/cd/original", 0, len(CONTENT)) == CONTENT
    assert await store.get("ab/cd/original", 10, 20) == CONTENT[10:20]
    assert await store.get("ab/cd/original", 10, 10) == b""


async def test_a_large_file_goes_part_by_part_and_comes_back_whole(store: Store) -> None:
    large = CONTENT * 130  # 13 MB: three parts
    await put(store, "large", large)
    assert await store.get("large", 0, len(large)) == large


async def test_a_part_that_fails_for_good_leaves_no_object(
    s3: tuple[S3Server, Settings],
) -> None:
    server, settings = s3
    server.failing_parts = True
    with pytest.raises(Unavailable):
        await put(newest(settings), "large", CONTENT * 130)
    assert server.objects == {}


async def test_beside_a_bucket_the_folder_is_open(s3: tuple[S3Server, Settings]) -> None:
    settings = s3[1]
    await put(newest(settings.model_copy(update={"s3_bucket": ""})), "one", b"1")
    storage = open_storage(settings)
    assert storage.newest is Driver.S3
    assert await storage[Driver.LOCAL].get("one", 0, 1) == b"1"


def test_a_bucket_that_is_not_named_any_more_is_out_of_reach(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="HERMOD_S3_BUCKET"):
        open_storage(Settings(files_dir=tmp_path))[Driver.S3]


async def test_names_with_odd_signs_are_only_names(store: Store) -> None:
    await put(store, "a b/ç+%20/x", b"1")
    await put(store, "a b/ç+ /x", b"2")
    assert await store.get("a b/ç+%20/x", 0, 1) == b"1"


async def test_what_is_gone_is_missing_and_may_be_deleted_again(store: Store) -> None:
    await put(store, "one", b"1")
    await store.delete(["one", "never was"])
    await store.delete(["one"])
    with pytest.raises(ObjectMissing):
        await store.get("one", 0, 1)


async def test_a_folder_keeps_files_out_of_the_folders_above(tmp_path: Path) -> None:
    store = newest(Settings(files_dir=tmp_path / "files"))
    with pytest.raises(ValueError, match="illegal"):
        await put(store, "../outside", b"1")
    assert not (tmp_path / "outside").exists()


async def test_a_wrong_secret_opens_nothing(s3: tuple[S3Server, Settings]) -> None:
    server, settings = s3
    wrong = settings.model_copy(update={"s3_secret_key": SecretStr("another")})
    with pytest.raises(Unavailable):
        await put(newest(wrong), "one", b"1")
    assert (server.objects, server.refused) == ({}, 1)


async def test_a_bucket_that_is_not_there_is_no_success(s3: tuple[S3Server, Settings]) -> None:
    elsewhere = s3[1].model_copy(update={"s3_bucket": "another-bucket"})
    for act in (put(newest(elsewhere), "one", b"1"), newest(elsewhere).delete(["one"])):
        with pytest.raises(Unavailable):
            await act


async def test_a_server_that_fails_once_is_asked_again(s3: tuple[S3Server, Settings]) -> None:
    server, settings = s3
    server.failing = 1
    await put(newest(settings), "one", b"1")
    assert server.objects == {"one": b"1"}


async def test_a_server_that_goes_on_failing_is_told_as_such(
    s3: tuple[S3Server, Settings],
) -> None:
    server, settings = s3
    server.failing = 100
    with pytest.raises(Unavailable, match="try again"):
        await newest(settings).get("one", 0, 1)
