"""Open311 (GeoReport v2): service requests."""

from adapters.grid.open311.adapter import hub_adapters

__all__ = ["hub_adapters"]
