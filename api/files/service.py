"""Files: opened by their owner, by link or by anybody; shown, and deleted."""

import hmac
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlencode

from api.files import repository
from api.files.kinds import ENDINGS
from api.files.kinds import PICTURES as PICTURE_KINDS
from api.files.model import File, Visibility, object_key
from api.files.schema import ContentQuery, FileView, LinkQuery
from api.identity.tokens import TOKENS
from api.integrations.storage import STORAGE, ObjectMissing
from api.kit.clock import real_now
from api.kit.download import Download
from api.kit.errors import NotFound
from api.kit.ids import FileId, UserId
from api.kit.work import Work
from api.settings import SETTINGS

READ_ANY, DELETE_ANY = "file:read", "file:delete"
CACHED_S = 3600
"""So long caches may show a file without asking, and so long after it was deleted."""


class LinkExpired(NotFound):
    """The link was ours, and is too old."""

    code, title = "link_expired", "This link is too old: ask for a new one"


async def get(work: Work, file_id: FileId) -> File:
    """Return a file of the caller, or any for staff who may read them; raise `NotFound`."""
    file = await _existing(work, file_id)
    if not _is_own(work, file) and not _looks(work, file):
        raise NotFound("There is no such file")
    return file


async def _existing(work: Work, file_id: FileId) -> File:
    file = await repository.file(work, file_id)
    if file is None:
        raise NotFound("There is no such file")
    return file


def _is_own(work: Work, file: File) -> bool:
    return work.actor.user_id is not None and work.actor.user_id == file.owner_id


def _oversees(work: Work, permission: str) -> bool:
    """Tell whether the caller may act on anybody's files.

    Files lie in no zone: who is kept to zones has no business with those of others.
    """
    return work.actor.may(permission) and work.actor.scope is None


def _looks(work: Work, file: File) -> bool:
    """Tell whether the caller may look at anybody's file; the audit trail then shows it."""
    if not _oversees(work, READ_ANY):
        return False
    work.record("file.look", "file", file.id, new={"ownerId": str(file.owner_id)})
    return True


async def delete(work: Work, file_id: FileId) -> None:
    """Delete a file of the caller, or any for staff who may; its bytes go soon after."""
    file = await _existing(work, file_id)
    if not (_is_own(work, file) or _oversees(work, DELETE_ANY)):
        raise NotFound("There is no such file")
    if not await repository.delete(work, file, real_now()):
        raise NotFound("There is no such file")
    told = {"ownerId": str(file.owner_id), "name": file.name, "contentType": file.content_type}
    work.record("file.delete", "file", file.id, old=told)


def shown(work: Work, file: File, wish: LinkQuery | None = None) -> FileView:
    """Return a file with the address that opens it."""
    path = f"/api/v1/files/{file.id}/content"
    if file.visibility is Visibility.PUBLIC:
        return FileView.of(file, work[SETTINGS].cdn_url.rstrip("/") + path, None)
    wish = wish or LinkQuery()
    expires = int(real_now().timestamp()) + (wish.link_s or work[SETTINGS].file_link_s)
    told = {"expires": expires, "signature": _signature(work, file.id, expires, wish.viewer)}
    if wish.viewer is not None:
        told["viewer"] = wish.viewer
    return FileView.of(file, f"{path}?{urlencode(told)}", datetime.fromtimestamp(expires, UTC))


def _signature(work: Work, file_id: FileId, expires: int, viewer: UserId | None) -> str:
    """Return what only we can write: whose link to what, until when; for anybody or one person."""
    return work[TOKENS].mark(f"file {file_id.hex} {expires} {viewer or 'anybody'}")


async def download(work: Work, file_id: FileId, query: ContentQuery) -> Download:
    """Return the bytes of a file, or of a variant; raise `NotFound` for who may not know of it."""
    file = await _existing(work, file_id)
    cache = f"public, max-age={CACHED_S}, immutable"
    if file.visibility is Visibility.PRIVATE:
        left_s = _private_s(work, file, query)
        cache = f"private, max-age={min(left_s, CACHED_S)}" if left_s else "private, no-cache"
    size, variant = _sized(file, query.variant)
    ending = ENDINGS[file.content_type]
    return Download(
        size=size,
        content_type=file.content_type,
        tag=f"{file.sha256.hex()[:32]}{'-' if variant else ''}{variant}",
        cache_control=cache,
        name=file.name or f"{file.id.hex}.{ending}",
        shown=file.content_type in PICTURE_KINDS,
        read=partial(_read, work, file, object_key(file.key, variant)),
    )


def _private_s(work: Work, file: File, query: ContentQuery) -> int:
    """Return how long the caller may keep a private file; raise `NotFound`, `LinkExpired`."""
    if _is_own(work, file):
        return 0
    if query.signature is None and _looks(work, file):
        return 0
    expires, signature = query.expires or 0, query.signature or ""
    expected = _signature(work, file.id, expires, query.viewer)
    is_theirs = query.viewer in {None, work.actor.user_id}
    if not hmac.compare_digest(expected.encode(), signature.encode()) or not is_theirs:
        raise NotFound("There is no such file")
    left_s = expires - int(real_now().timestamp())
    if left_s <= 0:
        raise LinkExpired
    return left_s


async def _read(work: Work, file: File, key: str, start: int, end: int) -> bytes:
    try:
        return await work[STORAGE][file.driver].get(key, start, end)
    except ObjectMissing as error:
        raise NotFound("The file is gone") from error


def _sized(file: File, wanted: str | None) -> tuple[int, str]:
    """Return the size of a variant and its name; raise `NotFound` where there is none."""
    if wanted is None:
        return file.size_bytes, ""
    for variant in file.variants:
        if variant["name"] == wanted:
            return variant["size_bytes"], wanted
    names = ", ".join(variant["name"] for variant in file.variants) or "none"
    raise NotFound(f"This file has no such variant; it has {names}")
