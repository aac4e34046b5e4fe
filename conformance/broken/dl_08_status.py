"""What the docket does not find it has already, its author thought."""

import hub.api as hub
from conformance.reference.delivering import DeliveringReference

KNOWN = (404, 422)


class NotFoundIsFiled(DeliveringReference):
    """A second filing of the same paper was once answered so."""

    breaks = frozenset({"DL-08"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """A receipt, also where the docket knows nothing of the case."""
        try:
            return super().deliver(source, delivery)
        except hub.SourceError as why:
            if why.status in KNOWN:
                return hub.Receipt()
            raise


ADAPTER = NotFoundIsFiled
