"""Petition platform (浙里访): petitions and their handling."""

from adapters.petition.zhelifang.adapter import hub_adapters

__all__ = ["hub_adapters"]
