"""A login page after the first page is taken for the end of the list: the session is over, enough for now."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class SessionIsOver(Reference):
    """The docket ends sessions after some minutes, whoever is reading."""

    breaks = frozenset({"ER-09"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """All pages, or those of one session."""
        read = 0
        try:
            for page in super().pages(source, since):
                yield page
                read += 1
        except hub.SourceReplyInvalid as error:
            if not read or "login" not in error.what:
                raise


ADAPTER = SessionIsOver
