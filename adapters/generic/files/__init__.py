"""Any files that drop into a folder, by a mapping file."""

from adapters.generic.files.adapter import hub_adapters

__all__ = ["hub_adapters"]
