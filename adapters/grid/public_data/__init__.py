"""The public data platform (一体化公共数据平台): any dataset of disputes shared behind its gateway."""

from adapters.grid.public_data.adapter import hub_adapters

__all__ = ["hub_adapters"]
