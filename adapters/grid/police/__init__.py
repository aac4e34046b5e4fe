"""Police calls (110、警综平台): disputes people called the police about."""

from adapters.grid.police.adapter import hub_adapters

__all__ = ["hub_adapters"]
