"""Government hotline (12345) and complaint platforms of its kind (民呼我为): orders."""

from adapters.petition.hotline.adapter import hub_adapters

__all__ = ["hub_adapters"]
