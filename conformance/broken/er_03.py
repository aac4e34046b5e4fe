"""Maintenance is read as nothing new."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class MaintenanceIsNothingNew(Reference):
    """The docket is maintained on Sundays."""

    breaks = frozenset({"ER-03"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """What the docket gives, on a weekday."""
        try:
            yield from super().pages(source, since)
        except hub.SourceUnavailable as error:
            if error.status == 503 and not isinstance(error, hub.SourceThrottled):
                return  # maintenance: nothing is written meanwhile
            raise


ADAPTER = MaintenanceIsNothingNew
