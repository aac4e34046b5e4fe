"""Pay-out of money recovered to many parties (涉众案款发放): the lines of a batch and the result of each."""

from adapters.court.enforcement_payout.adapter import hub_adapters

__all__ = ["hub_adapters"]
