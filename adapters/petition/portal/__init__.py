"""Public service portal (浙里办): what people apply for."""

from adapters.petition.portal.adapter import hub_adapters

__all__ = ["hub_adapters"]
