"""Files: checked, drawn anew where they are pictures, kept, opened by owner, link or anybody."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from api.files import repository
from api.files.kinds import ENDINGS, TAKEN, kind_of
from api.files.kinds import PICTURES as PICTURE_KINDS
from api.files.model import Driver, File, Visibility, object_key
from api.files.pictures import PICTURES, Drawn
from api.files.schema import ContentQuery, FileView
from api.identity import repository as identity_rows
from api.identity.tokens import TOKENS
from api.integrations.storage import STORAGE, ObjectMissing
from api.kit.clock import real_now
from api.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from api.kit.ids import FileId, new_id
from api.kit.transfer import Download, Upload
from api.kit.work import Work
from api.settings import SETTINGS

SIZES = (256, 1024)
"""The longest sides of a picture's variants in pixels."""

KEPT_AFTER_DELETION = timedelta(minutes=10)
_YEAR_S = 365 * 86_400


class NoRoom(Conflict):
    """The user's files take as much as they may."""

    code, title = "no_room", "Your files take as much room as they may: delete some first"


class LinkExpired(NotFound):
    """The link was ours, and is too old."""

    code, title = "link_expired", "This link is too old: ask for a new one"


async def store(
    work: Work,
    upload: Upload,
    visibility: Visibility,
    sizes: Sequence[int] = SIZES,
    *,
    square: bool = False,
    only: frozenset[str] = frozenset(TAKEN),
) -> File:
    """Keep a file of the caller; raise `InvalidInput` for what we do not take, `NoRoom`.

    The row is written first, as deleted, and counts when the bytes are in the store: whatever
    breaks off in between is swept away (`sweep`).
    """
    kind = kind_of(upload.content)
    if kind is None or kind not in only:
        taken = ", ".join(sorted(only))
        wrong = FieldError("file", "unsupported_type", f"must be one of {taken}, by its content")
        raise InvalidInput(fields=[wrong])
    await _check_room(work, len(upload.content))
    drawn = [Drawn("", 0, 0, upload.content)]
    if kind in PICTURE_KINDS:
        drawing = work[PICTURES].draw(upload.content, kind, sizes, square=square)
        drawn = await work.without_connection(drawing)
    file = _described(work, upload, kind, visibility, drawn)
    await repository.add(work, file)
    await work.without_connection(_put(work, file, drawn))
    await identity_rows.lock_user(work, work.actor.id)
    await _check_room(work, sum(len(one.content) for one in drawn))
    await repository.confirm(work, file.id)
    return file


async def _check_room(work: Work, more_bytes: int) -> None:
    taken = await repository.taken_bytes(work, work.actor.id)
    if taken + more_bytes > work[SETTINGS].files_per_user_mb * 1_000_000:
        raise NoRoom


def _described(
    work: Work, upload: Upload, kind: str, visibility: Visibility, drawn: Sequence[Drawn]
) -> File:
    """Return the row of a file whose bytes are not in the store yet."""
    file_id, whole, now = FileId(new_id()), drawn[0], real_now()
    return File(
        id=file_id,
        owner_id=work.actor.id,
        driver=Driver(work[STORAGE].driver),
        key=f"{file_id.hex[-2:]}/{file_id.hex}",
        name=upload.name,
        content_type=kind,
        size_bytes=len(whole.content),
        sha256=hashlib.sha256(whole.content).digest(),
        width=whole.width or None,
        height=whole.height or None,
        variants=[
            {
                "name": one.name,
                "width": one.width,
                "height": one.height,
                "size_bytes": len(one.content),
            }
            for one in drawn[1:]
        ],
        visibility=visibility,
        deleted_at=now,
        created_at=now,
    )


async def _put(work: Work, file: File, drawn: Sequence[Drawn]) -> None:
    for one in drawn:
        await work[STORAGE].put(object_key(file.key, one.name), one.content)


async def get(work: Work, file_id: FileId) -> File:
    """Return a file of the caller, or any for staff who may read them; raise `NotFound`."""
    file = await repository.file(work, file_id)
    if file is None or not _is_theirs(work, file):
        raise NotFound("You have no such file")
    return file


def _is_theirs(work: Work, file: File) -> bool:
    actor = work.actor
    is_owner = actor.user_id is not None and actor.user_id == file.owner_id
    return is_owner or actor.may("file:read")


async def delete(work: Work, file_id: FileId) -> None:
    """Delete a file of the caller; its bytes go soon after."""
    file = await repository.file(work, file_id)
    if file is None or file.owner_id != work.actor.id:
        raise NotFound("You have no such file")
    await repository.delete(work, file_id, real_now())


def shown(work: Work, file: File, link_s: int | None = None) -> FileView:
    """Return a file with the address that opens it."""
    path = f"/api/v1/files/{file.id}/content"
    if file.visibility is Visibility.PUBLIC:
        return FileView.of(file, work[SETTINGS].cdn_url.rstrip("/") + path, None)
    life_s = link_s or work[SETTINGS].file_link_s
    expires = int(real_now().timestamp()) + life_s
    url = f"{path}?expires={expires}&signature={_signature(work, file.id, expires)}"
    return FileView.of(file, url, datetime.fromtimestamp(expires, UTC))


def _signature(work: Work, file_id: FileId, expires: int) -> str:
    return work[TOKENS].mark(f"file {file_id.hex} {expires}")


async def download(work: Work, file_id: FileId, query: ContentQuery) -> Download:
    """Return the bytes of a file, or of a variant; raise `NotFound` for who may not know of it."""
    file = await repository.file(work, file_id)
    if file is None:
        raise NotFound("There is no such file")
    cache = f"public, max-age={_YEAR_S}, immutable"
    if file.visibility is Visibility.PRIVATE:
        left_s = 0 if _is_theirs(work, file) else _link_left_s(work, file, query)
        cache = f"private, max-age={left_s}" if left_s else "private, no-cache"
    size, variant = _sized(file, query.variant)
    ending = ENDINGS[file.content_type]
    return Download(
        size=size,
        content_type=file.content_type,
        tag=f"{file.sha256.hex()[:32]}{'-' if variant else ''}{variant}",
        cache_control=cache,
        name=file.name or f"{file.id.hex}.{ending}",
        shown=file.content_type in PICTURE_KINDS,
        read=partial(_read, work, object_key(file.key, variant)),
    )


async def _read(work: Work, key: str, start: int, end: int) -> bytes:
    try:
        return await work[STORAGE].get(key, start, end)
    except ObjectMissing as error:
        raise NotFound("The file is gone") from error


def _link_left_s(work: Work, file: File, query: ContentQuery) -> int:
    """Return how long the caller's link still holds; raise `NotFound`, `LinkExpired`."""
    expires, signature = query.expires or 0, query.signature or ""
    expected = _signature(work, file.id, expires)
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise NotFound("There is no such file")
    left_s = expires - int(real_now().timestamp())
    if left_s <= 0:
        raise LinkExpired
    return left_s


def _sized(file: File, wanted: str | None) -> tuple[int, str]:
    """Return the size of a variant and its name; raise `NotFound` where there is none."""
    if wanted is None:
        return file.size_bytes, ""
    for variant in file.variants:
        if variant["name"] == wanted:
            return variant["size_bytes"], wanted
    names = ", ".join(variant["name"] for variant in file.variants) or "none"
    raise NotFound(f"This file has no such variant; it has {names}")


async def sweep(work: Work) -> int:
    """Remove the bytes and rows of some files deleted a while ago; return how many."""
    before = real_now() - KEPT_AFTER_DELETION
    found = await repository.remains(work, work[STORAGE].driver, before)
    for one in found:
        names = ["", *(variant["name"] for variant in one.variants)]
        await work[STORAGE].delete([object_key(one.key, name) for name in names])
    await repository.forget(work, [one.id for one in found])
    return len(found)
