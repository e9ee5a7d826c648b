"""The door of files: put in, looked at, opened, deleted."""

from api.files import intake, service
from api.files.schema import MOST_MB, ContentQuery, FilePath, FileView, LinkQuery, UploadQuery
from api.kit.actor import PUBLIC, SIGNED_IN
from api.kit.download import Download
from api.kit.endpoint import KIB, Endpoint, Owner
from api.kit.rate_limit import RateClass
from api.kit.schema import Empty, Nothing
from api.kit.upload import Upload
from api.kit.work import Work


async def upload(work: Work, _path: Nothing, query: UploadQuery, file: Upload) -> FileView:
    """Keep a picture (JPEG, PNG, WebP; drawn anew, without metadata) or a PDF."""
    return service.shown(work, await intake.store(work, file, query.visibility))


async def one_file(work: Work, path: FilePath, query: LinkQuery, _body: Nothing) -> FileView:
    """A file of the caller's, with a link that opens it for a while."""
    return service.shown(work, await service.get(work, path.file_id), query)


async def content(work: Work, path: FilePath, query: ContentQuery, _body: Nothing) -> Download:
    """The bytes of a public file, of one's own, or of one that a link opens; whole or a range."""
    return await service.download(work, path.file_id, query)


async def delete_file(work: Work, path: FilePath, _query: Nothing, _body: Nothing) -> Empty:
    """Delete a file of the caller's; staff with `file:delete` may delete anybody's."""
    await service.delete(work, path.file_id)
    return Empty()


_FILES = "/api/v1/files"
_ONE = f"{_FILES}/{{fileId}}"

ENDPOINTS = (
    Endpoint(
        "POST", _FILES, upload, SIGNED_IN, Owner.SELF, status=201, body_limit=MOST_MB * 1024 * KIB
    ),
    Endpoint("GET", _ONE, one_file, SIGNED_IN, Owner.SELF),
    Endpoint("DELETE", _ONE, delete_file, SIGNED_IN, Owner.SELF, status=204),
    Endpoint("GET", f"{_ONE}/content", content, PUBLIC, Owner.LINK_HOLDER, rate=RateClass.READ),
)
