"""Avatars: cut square in three sizes, seen by everybody who has the address, replaced and gone."""

import pytest

from jobs import file_sweep
from tests.api.files.test_files import PDF, fetch, passed
from tests.support.cast import Cast
from tests.support.drawings import drawing, opened
from tests.support.people import Answer, Person

ME = "/api/v1/users/me"


async def show(person: Person, content: bytes) -> Answer:
    """Put up a picture of oneself."""
    return await person.post(f"{ME}/avatar", raw=content, headers={"Content-Type": "image/jpeg"})


async def test_an_avatar_is_square_in_three_sizes(cast: Cast) -> None:
    ana = await cast.customer()
    assert (await ana.get(ME)).data["avatarUrl"] is None
    profile = (await show(ana, drawing(width=600, height=400))).data
    assert (await ana.get(ME)).data["avatarUrl"] == profile["avatarUrl"]
    for side in (64, 256, 512):
        url = profile["avatarUrl"].replace("variant=256", f"variant={side}")
        status, content, headers = await fetch(cast.stack.person(), url)
        assert (status, opened(content).size) == (200, (side, side))
        assert headers["Cache-Control"].startswith("public")
        assert b"Rua das Flores" not in content


async def test_a_new_avatar_replaces_the_former(cast: Cast) -> None:
    ana = await cast.customer()
    former = (await show(ana, drawing())).data["avatarUrl"]
    newer = (await show(ana, drawing("PNG"))).data["avatarUrl"]
    assert newer != former
    assert (await cast.stack.person().get(former)).status == 404
    assert (await fetch(cast.stack.person(), newer))[0] == 200
    assert (await ana.ask("DELETE", f"{ME}/avatar")).status == 204
    assert (await ana.get(ME)).data["avatarUrl"] is None
    assert (await cast.stack.person().get(newer)).status == 404
    assert (await ana.ask("DELETE", f"{ME}/avatar")).status == 204


@pytest.mark.parametrize("content", [PDF, b"GIF89a", b"\xff\xd8\xff broken"])
async def test_what_is_no_picture_is_no_avatar(cast: Cast, content: bytes) -> None:
    ana = await cast.customer()
    assert set((await show(ana, content)).fields) == {"file"}
    assert (await ana.get(ME)).data["avatarUrl"] is None


async def test_an_avatar_deleted_as_a_file_is_no_avatar_any_more(cast: Cast) -> None:
    ana = await cast.customer()
    url = (await show(ana, drawing())).data["avatarUrl"]
    file = url.partition("/content")[0]
    assert (await ana.ask("DELETE", file)).status == 204
    assert (await ana.get(ME)).data["avatarUrl"] is None
    await passed(cast)
    await file_sweep.sweep(cast.stack.station)
    assert await cast.stack.rows("SELECT 1 FROM files") == []
