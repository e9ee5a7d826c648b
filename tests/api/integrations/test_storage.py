"""The file store: the same acts on a folder and on an S3 server that checks every signature."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from api.integrations.storage import ObjectMissing, Storage, open_storage
from api.kit.errors import Unavailable
from api.settings import Settings
from tests.support.s3_server import S3Server

CONTENT = bytes(range(256)) * 400


@pytest.fixture
async def s3() -> AsyncIterator[tuple[S3Server, Settings]]:
    """Return a running S3 server and the settings that lead to it."""
    server = S3Server()
    running = TestServer(server.app())
    await running.start_server()
    yield (
        server,
        Settings(
            s3_bucket=server.bucket,
            s3_endpoint=str(running.make_url("")),
            s3_region=server.region,
            s3_access_key=server.access_key,
            s3_secret_key=SecretStr(server.secret),
        ),
    )
    await running.close()


@pytest.fixture(params=["folder", "s3"])
def storage(
    request: pytest.FixtureRequest, tmp_path: Path, s3: tuple[S3Server, Settings]
) -> Storage:
    """Return a store of each kind."""
    if request.param == "s3":
        return open_storage(s3[1])
    return open_storage(Settings(files_dir=tmp_path / "files"))


async def test_what_was_put_is_read_whole_and_in_parts(storage: Storage) -> None:
    await storage.put("ab/cd/original", CONTENT)
    assert await storage.get("ab/cd/original", 0, len(CONTENT)) == CONTENT
    assert await storage.get("ab/cd/original", 10, 20) == CONTENT[10:20]
    assert await storage.get("ab/cd/original", 10, 10) == b""


async def test_names_with_odd_signs_are_only_names(storage: Storage) -> None:
    await storage.put("a b/ç+%20/x", b"1")
    await storage.put("a b/ç+ /x", b"2")
    assert await storage.get("a b/ç+%20/x", 0, 1) == b"1"


async def test_what_is_gone_is_missing_and_may_be_deleted_again(storage: Storage) -> None:
    await storage.put("one", b"1")
    await storage.delete(["one", "never was"])
    await storage.delete(["one"])
    with pytest.raises(ObjectMissing):
        await storage.get("one", 0, 1)


async def test_a_folder_keeps_files_out_of_the_folders_above(tmp_path: Path) -> None:
    storage = open_storage(Settings(files_dir=tmp_path / "files"))
    with pytest.raises(ValueError, match="illegal"):
        await storage.put("../outside", b"1")
    assert not (tmp_path / "outside").exists()


async def test_a_wrong_secret_opens_nothing(s3: tuple[S3Server, Settings]) -> None:
    server, settings = s3
    wrong = settings.model_copy(update={"s3_secret_key": SecretStr("another")})
    with pytest.raises(Unavailable):
        await open_storage(wrong).put("one", b"1")
    assert (server.objects, server.refused) == ({}, 1)


async def test_a_bucket_that_is_not_there_is_no_success(s3: tuple[S3Server, Settings]) -> None:
    elsewhere = s3[1].model_copy(update={"s3_bucket": "another-bucket"})
    for act in (open_storage(elsewhere).put("one", b"1"), open_storage(elsewhere).delete(["one"])):
        with pytest.raises(Unavailable):
            await act


async def test_a_server_that_fails_once_is_asked_again(s3: tuple[S3Server, Settings]) -> None:
    server, settings = s3
    server.failing = 1
    await open_storage(settings).put("one", b"1")
    assert server.objects == {"one": b"1"}


async def test_a_server_that_goes_on_failing_is_told_as_such(
    s3: tuple[S3Server, Settings],
) -> None:
    server, settings = s3
    server.failing = 100
    with pytest.raises(Unavailable, match="try again"):
        await open_storage(settings).get("one", 0, 1)
