"""People's mediation (人民调解大数据平台): cases of the mediation committees."""

from adapters.mediation.peoples_mediation.adapter import hub_adapters

__all__ = ["hub_adapters"]
