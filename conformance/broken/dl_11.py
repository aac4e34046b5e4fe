"""Where the line breaks it tries again by itself, as another paper."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class SendsACopy(DeliveringReference):
    """The line to the court is bad in the afternoon."""

    breaks = frozenset({"DL-11"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """Once, and once more where nothing was answered."""
        paper = self.paper(delivery)
        try:
            return self.receipt(source.post(self.path(delivery), json=paper))
        except hub.SourceUnavailable as why:
            if why.status is not None:
                raise
            copy = paper | {"paper_no": f"{delivery.key}-copy"}
            return self.receipt(source.post(self.path(delivery), json=copy))


ADAPTER = SendsACopy
