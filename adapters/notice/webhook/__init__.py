"""CloudEvents 1.0 to an address of an integrator."""

from adapters.notice.webhook.adapter import hub_adapters

__all__ = ["hub_adapters"]
