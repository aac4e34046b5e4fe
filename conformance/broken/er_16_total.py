"""The total of an increment is dropped: it was thought to count the whole docket."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class TotalOfTheFirstReadOnly(Reference):
    """An increment brought three cases once, and the docket announced all of them; that was mended since."""

    breaks = frozenset({"ER-16"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, with a total in the first read only."""
        for page in super().pages(source, since):
            if since is not None:
                page.total = None
            yield page


ADAPTER = TotalOfTheFirstReadOnly
