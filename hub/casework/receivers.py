"""Who can be told what: the sources of the settings that take deliveries, and the people of a body."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from hub.casework.orders import last_said, situation
from hub.contract import Capability, Manifest
from hub.registry import Registry
from hub.settings import Settings
from hub.store.tasks import door
from hub.wire import Answer
from schemas.courts import court


class Reach(NamedTuple):
    """Where people of a body are told: the source that brings notices, and their accounts there."""

    channel: str
    accounts: tuple[str, ...]


class Receivers:
    """What each source takes, by its adapter's manifest."""

    def __init__(self, settings: Settings, registry: Registry | None = None) -> None:
        self.settings = settings
        self._registry = registry or Registry.load()
        self._titles = {f"{route.to}/{ask.of}": ask.title for route in settings.case.route for ask in route.ask}

    def manifest(self, source: str) -> Manifest | None:
        """The manifest of a source's adapter; None for a name that is no source, and for an adapter that is off."""
        told = self.settings.sources.get(source)
        kind = self._registry.adapters.get(told.adapter) if told else None
        return kind.manifest if kind else None

    def takes(self, body: str, kind: str) -> bool:
        """Whether deliveries of that kind are handed to a source, or to the one a body stands behind."""
        manifest = self.manifest(door(body))
        return (
            manifest is not None
            and Capability.DELIVER in manifest.capabilities
            and manifest.delivering is not None
            and kind in manifest.delivering.kinds
        )

    def trade(self, source: str) -> str:
        """What kind of body a source belongs to (court, petition, mediation, grid); empty for none known."""
        manifest = self.manifest(source)
        return manifest.kind if manifest else ""

    def title(self, body: str) -> str:
        """The body by name, for other bodies to read; as it is told where none is known."""
        manifest = self.manifest(body)
        if manifest is not None:
            return manifest.title_zh or manifest.title or body
        number = body.rpartition("/")[2]
        known = court(number)
        return self._titles.get(body) or (known.name if known else number)

    def answer(self, source: str, status: str | None) -> Answer | None:
        """What the raw status of a source's record says of the request it answers, where the source tells it so."""
        manifest = self.manifest(source)
        told = manifest.delivering.answers if manifest and manifest.delivering else {}
        return told.get(status or "")

    def tells(self, source: str) -> bool:
        """Whether a source tells what came of a request by the status of its record, and not by its stage."""
        manifest = self.manifest(source)
        return bool(manifest and manifest.delivering and manifest.delivering.answers)

    def words(self, body: str, told: Mapping[str, Any]) -> str:
        """What a body's record says in words of what came of a request: how the matter was resolved, or, where the
        request has a state of its own, its last step."""
        return last_said(told) if self.tells(door(body)) else situation(told)

    def seat(self, to: str, region: str, *, but: str) -> str:
        """The source of that name, else the first instance of that adapter, other than ``but``, at home in a region (of
        6 digits); empty for none."""
        if to in self.settings.sources:
            return to
        near = (name for name, told in sorted(self.settings.sources.items()) if told.adapter == to and name != but)
        return next((name for name in near if self.settings.sources[name].home == region), "")

    def notice(self, body: str) -> Reach | None:
        """Where the people of a body are told; None where the settings say no place."""
        told = self.settings.case.notice
        accounts = told.accounts.get(body, ())
        if not (accounts and told.channel and self.takes(told.channel, "notice")):
            return None
        return Reach(told.channel, accounts)
