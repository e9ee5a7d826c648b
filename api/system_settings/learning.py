"""How a running program learns of changed settings: it looks every second and goes on with them."""

from collections.abc import Callable
from typing import Any

from api.kit.resources import Resources
from api.kit.work import Work
from api.planning import POLICY, policy_of
from api.settings import SETTINGS, Settings
from api.system_settings import repository
from api.system_settings.changeable import merged

LOOK_S = 1.0


class Learning:
    """Keeps a program's settings, and what is made of them, up to date."""

    def __init__(
        self, base: Settings, resources: Resources, *told: Callable[[Settings], None]
    ) -> None:
        self._base = base
        self._resources = resources
        self._told = told
        self._known: dict[str, Any] = {}

    async def learn(self, work: Work) -> None:
        """Look what administrators changed; what is new holds from here on."""
        kept = {one.key: one.value for one in await repository.kept(work) if one.value is not None}
        if kept == self._known:
            return
        self._known = kept
        settings = merged(self._base, kept)
        self._resources.put(SETTINGS, settings)
        self._resources.put(POLICY, policy_of(settings))
        for tell in self._told:
            tell(settings)
