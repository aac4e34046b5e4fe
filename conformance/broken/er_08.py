"""A path that is gone is read as no cases."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class NotFoundIsNoCases(Reference):
    """A district without cases has no page."""

    breaks = frozenset({"ER-08"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages there are."""
        try:
            yield from super().pages(source, since)
        except hub.SourceReplyInvalid as error:
            if error.status == 404:
                return  # no such district, so no cases
            raise


ADAPTER = NotFoundIsNoCases
