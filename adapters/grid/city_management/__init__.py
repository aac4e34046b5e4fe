"""Digital urban management (数字城管): parts and events of the city's streets."""

from adapters.grid.city_management.adapter import hub_adapters

__all__ = ["hub_adapters"]
