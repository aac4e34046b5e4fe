"""Four platforms of grassroots governance (基层治理四平台): grid events."""

from adapters.grid.four_platforms.adapter import hub_adapters

__all__ = ["hub_adapters"]
