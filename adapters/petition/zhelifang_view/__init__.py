"""Petition platform (浙里访) behind a view of a front database."""

from adapters.petition.zhelifang_view.adapter import hub_adapters

__all__ = ["hub_adapters"]
