"""Papers and figures of a mobile court (移动微法院): receipts of service, letters of guarantee, filings by town."""

from adapters.court.mobile_court_papers.adapter import hub_adapters

__all__ = ["hub_adapters"]
