"""What is not UTF-8 is taken for garbage, and passed over."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class GarbageIsNothing(Reference):
    """A byte was broken once, on a line that has been replaced since."""

    breaks = frozenset({"ER-15"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages that can be decoded."""
        try:
            yield from super().pages(source, since)
        except hub.SourceReplyInvalid as error:
            if "not utf-8" not in error.what:
                raise


ADAPTER = GarbageIsNothing
