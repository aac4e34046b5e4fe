"""Police calls as they come out of the police net: an exchange table with push status."""

from adapters.grid.police_exchange.adapter import hub_adapters

__all__ = ["hub_adapters"]
