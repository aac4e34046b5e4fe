"""Tables by which hotline and police hand calls to one another (12345⇄110)."""

from adapters.petition.hotline_exchange.adapter import hub_adapters

__all__ = ["hub_adapters"]
