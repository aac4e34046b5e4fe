"""Petition platform (浙里访) as exported into workbooks and tables of text."""

from adapters.petition.zhelifang_files.adapter import hub_adapters

__all__ = ["hub_adapters"]
