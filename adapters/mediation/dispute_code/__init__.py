"""Dispute code (浙江解纷码): mediation cases."""

from adapters.mediation.dispute_code.adapter import hub_adapters

__all__ = ["hub_adapters"]
