"""Mobile court (移动微法院): court cases."""

from adapters.court.mobile_court.adapter import hub_adapters

__all__ = ["hub_adapters"]
