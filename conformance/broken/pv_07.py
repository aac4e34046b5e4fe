"""Every page is spooled to a temporary file, to have it at hand if something goes wrong."""

from collections.abc import Iterator
from datetime import datetime
from tempfile import NamedTemporaryFile

import hub.api as hub
from conformance.reference import Reference


class SpoolsPages(Reference):
    """It is removed again, unless the machine stops before that."""

    breaks = frozenset({"PV-07"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, with the last one on disk."""
        for page in super().pages(source, since):
            with NamedTemporaryFile(prefix="docket-") as spool:
                spool.write(page.content)
                yield page


ADAPTER = SpoolsPages
