"""The hooks a plugin may give. A misspelt one is refused by the registry."""

import pluggy

from hub.contract import Adapter, SourceConfig

PROJECT = "yiwang"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class HubSpec:
    """Hooks of the hub."""

    @hookspec
    def hub_adapters(self) -> list[type[Adapter[SourceConfig]]]:  # type: ignore[empty-body]
        """Adapter classes this plugin brings. Called once, at load; no I/O."""
