"""Any view or table of a front database, by a mapping file."""

from adapters.generic.table.adapter import hub_adapters

__all__ = ["hub_adapters"]
