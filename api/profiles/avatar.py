"""The picture that people show of themselves."""

from api.files import intake
from api.files import repository as file_rows
from api.files.kinds import PICTURES
from api.files.model import Visibility
from api.identity import repository as identity_rows
from api.kit.clock import real_now
from api.kit.endpoint import KIB
from api.kit.ids import FileId
from api.kit.upload import Upload
from api.kit.work import Work
from api.profiles import repository, service
from api.profiles.schema import ProfileView

MOST_BYTES = 5 * 1024 * KIB
SIZES = (64, 256, 512)


async def put_up(work: Work, picture: Upload) -> ProfileView:
    """Show a picture of the caller; raise `InvalidInput` for what is none."""
    file = await intake.store(work, picture, Visibility.PUBLIC, SIZES, square=True, only=PICTURES)
    await _replace(work, file.id)
    return await service.own(work)


async def take_down(work: Work) -> None:
    """Show no picture of the caller any more."""
    await _replace(work, None)


async def _replace(work: Work, file_id: FileId | None) -> None:
    user_id = work.actor.id
    await identity_rows.lock_user(work, user_id)
    profile = await repository.profile(work, user_id)
    former_id = None if profile is None else profile.avatar_file_id
    former = None if former_id is None else await file_rows.file(work, former_id)
    if former is not None:
        await file_rows.delete(work, former, real_now())
    await repository.set_avatar(work, user_id, file_id)
