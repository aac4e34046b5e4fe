"""A ticket that is known is taken for one that was filed."""

import hub.api as hub
from conformance.unusual.asks_later import AsksLater


class KnownIsFiled(AsksLater):
    """The centre answered, and said nothing bad."""

    breaks = frozenset({"DL-06"})
    blocks = frozenset({"DL-07"})

    def came_of(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt | hub.Awaited:
        """Only what was turned down is not filed."""
        told = source.get(f"/tickets/{delivery.handed}").body
        return hub.Receipt(told["state"] != 2, delivery.handed, told.get("reason") or "")


ADAPTER = KnownIsFiled
