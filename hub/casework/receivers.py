"""Who can be told what: the sources of the settings that take deliveries, and the people of a body."""

from typing import NamedTuple

from hub.contract import Capability, Manifest
from hub.registry import Registry
from hub.settings import Settings


class Reach(NamedTuple):
    """Where people of a body are told: the source that brings notices, and their accounts there."""

    channel: str
    accounts: tuple[str, ...]


class Receivers:
    """What each source takes, by its adapter's manifest."""

    def __init__(self, settings: Settings, registry: Registry | None = None) -> None:
        self.settings = settings
        self._registry = registry or Registry.load()

    def manifest(self, source: str) -> Manifest | None:
        """The manifest of a source's adapter; None for a name that is no source, and for an adapter that is off."""
        told = self.settings.sources.get(source)
        kind = self._registry.adapters.get(told.adapter) if told else None
        return kind.manifest if kind else None

    def takes(self, source: str, kind: str) -> bool:
        """Whether deliveries of that kind are handed to a source."""
        manifest = self.manifest(source)
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

    def title(self, source: str) -> str:
        """The body by name, for other bodies to read; as it is told where it is no source."""
        manifest = self.manifest(source)
        return (manifest.title_zh or manifest.title if manifest else "") or source

    def notice(self, body: str) -> Reach | None:
        """Where the people of a body are told; None where the settings say no place."""
        told = self.settings.case.notice
        accounts = told.accounts.get(body, ())
        if not (accounts and told.channel and self.takes(told.channel, "notice")):
            return None
        return Reach(told.channel, accounts)
