"""Court enforcement (执行一件事): assistance asked of agencies and courts, and what they answer."""

from adapters.court.enforcement.adapter import hub_adapters

__all__ = ["hub_adapters"]
