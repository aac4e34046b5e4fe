"""Supervision of administrative enforcement (行政处罚、执法监管): checks, orders and penalties."""

from adapters.grid.enforcement_supervision.adapter import hub_adapters

__all__ = ["hub_adapters"]
