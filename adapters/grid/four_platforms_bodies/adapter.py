"""Adapter for the bodies of the four platforms (141 体系机构名录): the gateway and login of `four_platforms`."""

from dataclasses import replace

import hub.api as hub
from adapters.grid.four_platforms.adapter import READ, FourPlatforms
from adapters.numbers import SEPARATORS
from hub.api import Capability


class FourPlatformsBodies(hub.Adapter[hub.AdapterConfig]):
    """Centres, platforms, villages, grids and departments. Events are those of `four_platforms`."""

    manifest = replace(
        FourPlatforms.manifest, name="four_platforms_bodies", title="Four platforms, bodies",
        title_zh="基层治理四平台机构", code_system="division", stages={}, delivering=None,
        capabilities=frozenset({Capability.INCREMENTAL, Capability.COUNTED}),
        streams=(hub.Stream(name="bodies", request=replace(READ, path="/org/page.json")),),
    )  # fmt: skip

    def draft(self, item: hub.Item) -> hub.DraftOrganisation:
        """One body; its windows are what it does. Those it works with (``links``) are told by code."""
        return hub.DraftOrganisation(
            key=item["orgcode"], revision=item.get("updatetime"), name=item.get("orgname"), code=item["orgcode"],
            parent=item.get("parentcode"), region=item.get("orgcode"),
            fields=[each for each in SEPARATORS.split(item.get("windows") or "") if each],
            phone=item.get("tel"), address=item.get("address"),
            extra={name: item.get(name) for name in ("level", "sort", "links")},
        )  # fmt: skip


@hub.hookimpl
def hub_adapters() -> list[type[hub.Adapter[hub.AdapterConfig]]]:
    """The adapter of this package."""
    return [FourPlatformsBodies]
