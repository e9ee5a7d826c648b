"""Files: put in by their owner, opened by owner, link or anybody, gone when deleted."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from api.kit.clock import real_now
from api.settings import Settings
from jobs import file_sweep
from tests.api.staff.test_service import member
from tests.support.cast import Cast
from tests.support.drawings import drawing, opened
from tests.support.people import PASSWORD, Answer, Person
from tests.support.programs import Stack

FILES = "/api/v1/files"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40


async def put(person: Person, content: bytes = PDF, query: str = "", **headers: str) -> Answer:
    """Upload a file as it is."""
    sent = {"Content-Type": "application/octet-stream"} | headers
    return await person.post(FILES + query, raw=content, headers=sent)


async def send_form(person: Person, *parts: tuple[str, bytes, str]) -> Answer:
    """Upload a form as browsers do: parts with a name, bytes and a file name."""
    raw = b""
    for name, content, filename in parts:
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"'
        raw += f"--limit\r\n{head}\r\nContent-Type: text/html\r\n\r\n".encode()
        raw += content + b"\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=limit"}
    return await person.post(FILES, raw=raw + b"--limit--\r\n", headers=headers)


async def fetch(person: Person, url: str, **headers: str) -> tuple[int, bytes, Mapping[str, str]]:
    """Return status, bytes and headers of a file."""
    sent = dict(headers)
    if person.token:
        sent["Authorization"] = f"Bearer {person.token}"
    async with (
        aiohttp.ClientSession() as session,
        session.get(person.base + url, headers=sent) as response,
    ):
        return response.status, await response.read(), response.headers


async def test_a_document_comes_back_as_it_was(cast: Cast) -> None:
    ana = await cast.customer()
    file = (await put(ana)).data
    assert (file["contentType"], file["sizeBytes"]) == ("application/pdf", len(PDF))
    assert (file["visibility"], file["variants"], file["width"]) == ("private", [], None)
    status, content, headers = await fetch(ana, f"{FILES}/{file['id']}/content")
    assert (status, content) == (200, PDF)
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_picture_is_drawn_anew_with_variants(cast: Cast) -> None:
    ana = await cast.customer()
    raw = drawing(width=1500, height=1000)
    file = (await put(ana, raw)).data
    assert (file["width"], file["height"]) == (1500, 1000)
    made = [(one["name"], one["width"]) for one in file["variants"]]
    assert made == [("256", 256), ("512", 512), ("1024", 1024)]
    _status, content, headers = await fetch(ana, f"{FILES}/{file['id']}/content?variant=256")
    assert opened(content).size == (256, 171)
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Content-Disposition"].startswith("inline;")
    _status, content, _headers = await fetch(ana, f"{FILES}/{file['id']}/content")
    assert b"Rua das Flores" not in content
    assert (await ana.get(f"{FILES}/{file['id']}/content?variant=999")).status == 404


async def test_a_form_of_a_browser_is_taken_with_its_name(cast: Cast) -> None:
    ana = await cast.customer()
    file = (await send_form(ana, ("file", PDF, "../../my\u202e contrato.pdf"))).data
    assert file["name"] == "my contrato.pdf"
    _status, content, headers = await fetch(ana, file["url"])
    assert content == PDF
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''my%20contrato.pdf"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unsupported_type"),
        (b"<svg onload='alert(1)'/>", "unsupported_type"),
        (b"<html>%PDF-1.7", "unsupported_type"),
        (b"MZ\x90\x00", "unsupported_type"),
        (b"\xff\xd8\xff\xe0 not a picture", "broken_picture"),
    ],
)
async def test_what_we_do_not_take_is_refused_by_its_bytes(
    cast: Cast, content: bytes, code: str
) -> None:
    ana = await cast.customer()
    answer = await put(ana, content, **{"Content-Type": "image/png"})
    assert (answer.status, answer.fields) == (422, {"file": code})
    assert (await send_form(ana, ("file", content, "cat.png"))).fields == {"file": code}


async def test_odd_forms_are_refused(cast: Cast) -> None:
    ana = await cast.customer()
    assert (await send_form(ana, ("picture", PDF, "a.pdf"))).fields == {"file": "required"}
    two = await send_form(ana, ("file", PDF, "a.pdf"), ("file", PDF, "b.pdf"))
    assert two.fields == {"file": "one_only"}
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = await put(ana, b"no form at all", **{"Content-Type": kind})
        assert (answer.status, set(answer.fields)) == (422, {"file"}), answer.body


async def test_a_form_with_odd_headers_is_refused(cast: Cast) -> None:
    ana = await cast.customer()
    for filename in ("a\x07.pdf", "a\x00.pdf", "x" * 9000):
        answer = await send_form(ana, ("file", PDF, filename))
        assert (answer.status, set(answer.fields)) == (422, {"file"}), filename[:9]
    for raw in (b"--limit\r\n--limit--\r\n", b"--limit\r\n-10053--limit--\r\n", b"--limit", b""):
        headers = {"Content-Type": "multipart/form-data; boundary=limit"}
        answer = await ana.post(FILES, raw=raw, headers=headers)
        assert (answer.status, set(answer.fields)) == (422, {"file"}), raw


async def test_a_file_that_is_too_large_is_refused(cast: Cast) -> None:
    ana = await cast.customer()
    large = b"%PDF-" + b"x" * (10 * 1024 * 1024)
    assert (await put(ana, large)).code == "body_too_large"
    assert (await send_form(ana, ("file", large, "a.pdf"))).code == "body_too_large"


async def test_a_private_file_is_opened_by_a_link_for_a_while(cast: Cast) -> None:
    ana, nobody = await cast.customer(), cast.stack.person()
    file = (await put(ana)).data
    shown = (await ana.get(f"{FILES}/{file['id']}?linkS=60")).data
    assert 0 < seconds_left(shown["urlExpiresAt"]) <= 60
    status, content, headers = await fetch(nobody, shown["url"])
    assert (status, content) == (200, PDF)
    assert headers["Cache-Control"].startswith("private, max-age=")
    expires = int(parse_qs(urlsplit(shown["url"]).query)["expires"][0])
    for wrong in (
        f"{FILES}/{file['id']}/content",
        shown["url"].replace(f"expires={expires}", f"expires={expires + 1}"),
        shown["url"][:-1] + ("A" if shown["url"][-1] != "A" else "B"),
        shown["url"].replace(file["id"], (await put(ana)).data["id"]),
    ):
        assert (await nobody.get(wrong)).code == "not_found", wrong


def seconds_left(moment: str) -> float:
    """Return how far a time lies ahead."""
    return (datetime.fromisoformat(moment) - real_now()).total_seconds()


async def test_a_link_that_is_too_old_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = await cast.customer()
    file = (await put(ana)).data
    later = real_now() + timedelta(hours=1)
    monkeypatch.setattr("api.files.service.real_now", lambda: later)
    assert (await cast.stack.person().get(file["url"])).code == "link_expired"


async def test_a_public_file_is_everybodys_and_cached_for_an_hour(cast: Cast) -> None:
    ana = await cast.customer()
    file = (await put(ana, drawing(), "?visibility=public")).data
    assert (file["url"], file["urlExpiresAt"]) == (f"{FILES}/{file['id']}/content", None)
    status, _content, headers = await fetch(cast.stack.person(), file["url"])
    assert (status, headers["Cache-Control"]) == (200, "public, max-age=3600, immutable")
    known = {"If-None-Match": headers["ETag"]}
    status, content, _headers = await fetch(cast.stack.person(), file["url"], **known)
    assert (status, content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "status", "part", "told"),
    [
        ("bytes=0-9", 206, slice(0, 10), "bytes 0-9/{size}"),
        ("bytes=5-", 206, slice(5, None), "bytes 5-{last}/{size}"),
        ("bytes=-7", 206, slice(-7, None), "bytes {tail}-{last}/{size}"),
        ("bytes=10-99999999", 206, slice(10, None), "bytes 10-{last}/{size}"),
        ("bytes=-99999999", 206, slice(0, None), "bytes 0-{last}/{size}"),
        ("bytes=9-5", 200, slice(0, None), None),
        ("bytes=0-1,4-5", 200, slice(0, None), None),
        ("lines=1-2", 200, slice(0, None), None),
        ("bytes=-", 200, slice(0, None), None),
    ],
)
async def test_a_part_of_a_file_is_given_out(
    cast: Cast, asked: str, status: int, part: slice, told: str | None
) -> None:
    ana = await cast.customer()
    url = (await put(ana)).data["url"]
    found, content, headers = await fetch(ana, url, Range=asked)
    assert (found, content) == (status, PDF[part])
    size = len(PDF)
    expected = told and told.format(size=size, last=size - 1, tail=size - 7)
    assert headers.get("Content-Range") == expected


async def test_a_part_behind_the_end_is_refused_and_another_version_is_sent_whole(
    cast: Cast,
) -> None:
    ana = await cast.customer()
    url = (await put(ana)).data["url"]
    answer = await ana.get(url, headers={"Range": f"bytes={len(PDF)}-"})
    assert (answer.status, answer.code) == (416, "range_not_satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{len(PDF)}"
    status, _content, headers = await fetch(ana, url, **{"Range": "bytes=0-9", "If-Range": '"x"'})
    assert status == 200
    again = {"Range": "bytes=0-9", "If-Range": headers["ETag"]}
    assert (await fetch(ana, url, **again))[0] == 206


async def test_a_deleted_file_is_gone_and_its_bytes_soon_after(cast: Cast) -> None:
    """Statement 43: files."""
    ana = await cast.customer()
    file = (await put(ana, drawing())).data
    folder = cast.stack.settings.state_dir / "files"
    assert len(objects(folder)) == 4
    assert (await ana.ask("DELETE", f"{FILES}/{file['id']}")).status == 204
    assert (await ana.get(f"{FILES}/{file['id']}")).status == 404
    assert (await cast.stack.person().get(file["url"])).status == 404
    await file_sweep.sweep(cast.stack.station)
    assert len(objects(folder)) == 4  # for a while somebody may still be reading
    await passed(cast)
    await file_sweep.sweep(cast.stack.station)
    assert objects(folder) == []
    assert await cast.stack.rows("SELECT 1 FROM files") == []


def objects(folder: Any) -> list[Any]:
    """Return every object in the folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def passed(cast: Cast) -> None:
    """Let the time pass for which deleted files are kept."""
    await cast.stack.rows(
        "UPDATE files SET deleted_at = deleted_at - $1::interval", 2 * file_sweep.KEPT
    )


async def test_a_file_whose_bytes_never_arrived_is_swept_away(cast: Cast) -> None:
    ana = await cast.customer()
    folder = cast.stack.settings.state_dir / "files"
    folder.chmod(0o755)
    blocked = folder.with_name("elsewhere")
    folder.rename(blocked)
    folder.touch()  # a file where the folder was: nothing can be put
    try:
        assert (await put(ana)).status == 503
    finally:
        folder.unlink()
        blocked.rename(folder)
    assert (await cast.stack.rows("SELECT deleted_at IS NULL AS lives FROM files"))[0]["lives"] is (
        False
    )
    await passed(cast)
    await file_sweep.sweep(cast.stack.station)
    assert await cast.stack.rows("SELECT 1 FROM files") == []


async def test_staff_with_the_permission_read_and_delete_which_the_audit_trail_shows(
    cast: Cast,
) -> None:
    ana, other = await cast.customer(), await cast.customer()
    admin, support = await member(cast, "admin"), await member(cast, "support")
    kept = await kept_to_zones(cast)
    file = (await put(ana)).data
    one = f"{FILES}/{file['id']}"
    for path in (one, f"{one}/content"):
        assert (await admin.get(path)).status == 200
        for stranger in (other, support, kept):
            assert (await stranger.get(path)).status == 404
    for stranger in (other, support, kept):
        assert (await stranger.ask("DELETE", one)).status == 404
    assert (await admin.ask("DELETE", one)).status == 204
    assert (await ana.get(one)).status == 404
    trail = await cast.stack.rows(
        "SELECT action, user_id::text FROM audit_logs WHERE entity_id = $1 ORDER BY id", file["id"]
    )
    expected = ["file.look", "file.look", "file.delete"]
    assert [tuple(row) for row in trail] == [(action, admin.me["id"]) for action in expected]


async def kept_to_zones(cast: Cast) -> Person:
    """Return an admin who is kept to a zone, as no admin is any more; files lie in no zone."""
    kept = await member(cast, "admin")
    sql = "UPDATE users SET zone_ids = ARRAY[$1::text::uuid] WHERE id = $2::text::uuid"
    await cast.stack.rows(sql, cast.zone_id, kept.me["id"])
    login = {"login": kept.me["email"], "password": PASSWORD}
    kept.keep((await kept.post("/api/v1/auth/login", login)).data)
    assert kept.me["zoneIds"] == [cast.zone_id]
    return kept


async def test_a_link_for_one_person_opens_for_nobody_else(cast: Cast) -> None:
    ana, rui, eve = await cast.customer(), await cast.customer(), await cast.customer()
    file = (await put(ana)).data
    url = (await ana.get(f"{FILES}/{file['id']}?viewer={rui.me['id']}")).data["url"]
    assert (await fetch(rui, url))[:2] == (200, PDF)
    for stranger in (eve, cast.stack.person()):
        assert (await stranger.get(url)).status == 404
        assert (await stranger.get(url.replace(f"&viewer={rui.me['id']}", ""))).status == 404
    assert (await eve.get(url.replace(rui.me["id"], eve.me["id"]))).status == 404


async def test_an_upload_sent_again_with_its_key_is_the_same_file(cast: Cast) -> None:
    ana = await cast.customer()
    headers = {"Idempotency-Key": "holiday-1"}
    first = await put(ana, drawing(), **headers)
    again = await put(ana, drawing(), **headers)
    assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (await put(ana, PDF, **headers)).code == "idempotency_mismatch"
    at_once = await asyncio.gather(
        *(put(ana, drawing("PNG"), **{"Idempotency-Key": "holiday-2"}) for _ in range(4))
    )
    assert {answer.status for answer in at_once} <= {201, 409}
    assert len({answer.data["id"] for answer in at_once if answer.status == 201}) == 1
    living = await cast.stack.rows("SELECT 1 FROM files WHERE deleted_at IS NULL")
    assert len(living) == 2


class TestWithLittleRoom:
    """What one user's files may take."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Allow one megabyte."""
        return settings.model_copy(update={"files_per_user_mb": 1})

    async def test_uploads_at_once_take_no_more_than_there_is(
        self, stack: Stack, cast: Cast
    ) -> None:
        ana = await cast.customer()
        content = b"%PDF-" + b"x" * 400_000
        answers = await asyncio.gather(*(put(ana, content) for _ in range(5)))
        assert sorted(answer.status for answer in answers) == [201, 201, 409, 409, 409]
        assert {a.code for a in answers if a.status == 409} == {"no_room"}
        assert (await put(await cast.customer(), content)).status == 201


async def test_an_erased_person_leaves_no_file_behind(cast: Cast) -> None:
    ana = await cast.customer()
    file = (await put(ana, drawing(), "?visibility=public")).data
    export = (await ana.get("/api/v1/users/me/data-export")).data["tables"]["files"]
    assert [row["id"] for row in export] == [file["id"]]
    assert (await ana.ask("DELETE", "/api/v1/users/me")).status == 204
    assert (await cast.stack.person().get(file["url"])).status == 404
    await passed(cast)
    await file_sweep.sweep(cast.stack.station)
    assert objects(cast.stack.settings.state_dir / "files") == []
