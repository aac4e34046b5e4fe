"""Bodies of the four platforms (基层治理四平台): from the province to the grid, with kinds and links."""

from adapters.grid.four_platforms_bodies.adapter import hub_adapters

__all__ = ["hub_adapters"]
