"""Each paper is put down in a temporary folder, to find it again."""

import tempfile
from pathlib import Path

import hub.api as hub
from conformance.reference.delivering import DeliveringReference


class SpoolsThePaper(DeliveringReference):
    """Names and numbers of people in clear, in a folder of everybody's."""

    breaks = frozenset({"DL-22"})

    def deliver(self, source: hub.Source, delivery: hub.Delivery) -> hub.Receipt:
        """A copy, then the paper."""
        copy = Path(tempfile.gettempdir(), "paper-of-the-docket.json")
        copy.write_text(str(self.paper(delivery)), encoding="utf-8")
        copy.unlink()  # the suite's own machine is spared
        return super().deliver(source, delivery)


ADAPTER = SpoolsThePaper
