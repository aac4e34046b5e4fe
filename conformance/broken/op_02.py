"""Every page that was read is remembered for as long as the adapter lives."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference, ReferenceConfig


class RemembersEverything(Reference):
    """There was to be a statistic at the end of the read."""

    breaks = frozenset({"OP-02"})

    def __init__(self, config: ReferenceConfig) -> None:
        super().__init__(config)
        self.read_so_far: list[hub.Page] = []

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, kept."""
        for page in super().pages(source, since):
            self.read_so_far.append(page)
            yield page


ADAPTER = RemembersEverything
