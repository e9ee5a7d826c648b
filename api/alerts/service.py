"""Alerts: kept in step with what is wrong, each change told once."""

from collections.abc import Sequence

from api.alerts import repository
from api.alerts.events import AlertChanged
from api.alerts.model import Alert
from api.kit.work import Work


async def current(work: Work) -> list[Alert]:
    """Return what is wrong now, where the caller may look; the oldest first."""
    return await repository.open_alerts(work)


async def settle(work: Work, wrong: Sequence[Alert]) -> None:
    """Raise what is wrong and not open yet, end what is open and not wrong any more."""
    held = {(one.delivery_id, one.kind): one for one in await repository.open_alerts(work)}
    wanted = {(one.delivery_id, one.kind): one for one in wrong}
    over = [one for key, one in held.items() if key not in wanted]
    if over:
        await repository.end(work, [one.id for one in over])
    raised = [
        one
        for key, one in wanted.items()
        if key not in held and await repository.raise_alert(work, one)
    ]
    for one, is_open in [*((one, False) for one in over), *((one, True) for one in raised)]:
        work.emit(
            AlertChanged(
                one.kind, one.delivery_id, one.order_id, one.courier_id, one.zone_id, is_open
            )
        )
