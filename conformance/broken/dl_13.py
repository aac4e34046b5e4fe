"""A throttle is told as a failure like any other, and the time it asked for is lost."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class ForgetsTheWait(DeliveringReference):
    """The docket is busy at noon."""

    breaks = frozenset({"DL-13"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """As ever, or busy."""
        try:
            return super().deliver(source, delivery)
        except hub.SourceThrottled as why:
            raise hub.SourceUnavailable("the docket is busy", status=why.status) from why


ADAPTER = ForgetsTheWait
