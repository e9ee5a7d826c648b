"""Taking a file in: told by its bytes, drawn anew where it is a picture, kept, then counted.

Its row is committed first, as deleted, and counts when the bytes are in the store: whatever breaks
off in between is what a deleted file leaves, and goes with the sweep (`jobs/file_sweep.py`).
"""

from collections.abc import Sequence
from contextlib import ExitStack

from api.files import repository
from api.files.kinds import PICTURES as PICTURE_KINDS
from api.files.kinds import TAKEN, kind_of
from api.files.model import File, Visibility, object_key
from api.files.pictures import PICTURES, Drawn, Wish
from api.identity import repository as identity_rows
from api.integrations.storage import STORAGE
from api.kit.clock import real_now
from api.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from api.kit.ids import FileId, new_id
from api.kit.upload import Upload
from api.kit.work import Work
from api.settings import SETTINGS

SIZES = (256, 512, 1024)
"""The longest sides of a picture's variants in pixels."""


class NoRoom(Conflict):
    """The user's files take as much as they may."""

    code, title = "no_room", "Your files take as much room as they may: delete some first"


async def store(
    work: Work,
    upload: Upload,
    visibility: Visibility,
    sizes: Sequence[int] = SIZES,
    *,
    square: bool = False,
    only: frozenset[str] = frozenset(TAKEN),
    kind: str | None = None,
) -> File:
    """Keep a file of the caller; raise `InvalidInput` for what we do not take, `NoRoom`.

    Whoever has looked into the file says of which `kind` it is: that is then believed.
    """
    if kind is None:
        kind = _told_by_its_bytes(upload, only)
    await _check_room(work, upload.size_bytes)
    drawn = [Drawn("", None, None, upload.size_bytes, upload.sha256, upload.file)]
    with ExitStack() as held:
        if kind in PICTURE_KINDS:
            wish = Wish(kind, sizes, square)
            drawn = await work.without_connection(work[PICTURES].draw(upload.file, wish))
            for one in drawn:
                held.enter_context(one.file)
        file = _described(work, upload, kind, visibility, drawn)
        await repository.add(work, file)
        await work.without_connection(_put(work, file, drawn))
    await _count(work, file, sum(one.size_bytes for one in drawn))
    return file


def _told_by_its_bytes(upload: Upload, only: frozenset[str]) -> str:
    kind = kind_of(upload.head)
    if kind is None or kind not in only:
        taken = ", ".join(sorted(only))
        wrong = FieldError("file", "unsupported_type", f"must be one of {taken}, by its content")
        raise InvalidInput(fields=[wrong])
    return kind


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
        driver=work[STORAGE].newest,
        key=f"{file_id.hex[-2:]}/{file_id.hex}",
        name=upload.name,
        content_type=kind,
        size_bytes=whole.size_bytes,
        sha256=whole.sha256,
        width=whole.width,
        height=whole.height,
        variants=[
            {
                "name": one.name,
                "width": one.width,
                "height": one.height,
                "size_bytes": one.size_bytes,
            }
            for one in drawn[1:]
        ],
        visibility=visibility,
        deleted_at=now,
        created_at=now,
    )


async def _put(work: Work, file: File, drawn: Sequence[Drawn]) -> None:
    for one in drawn:
        await work[STORAGE][file.driver].put(object_key(file.key, one.name), one.file)


async def _count(work: Work, file: File, size_bytes: int) -> None:
    """Let a file count from now on, unless its owner or the room for it went meanwhile."""
    if await identity_rows.lock_user(work, work.actor.id) is None:
        raise NotFound("Your account is gone")
    await _check_room(work, size_bytes)
    if not await repository.confirm(work, file.id):
        raise NotFound("The file took too long and was given up: send it again")
