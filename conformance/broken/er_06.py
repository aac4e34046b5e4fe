"""A login page is read as the end."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference


class LoggedOutIsTheEnd(Reference):
    """The court's single sign-on ends sessions at midnight."""

    breaks = frozenset({"ER-06"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """Until the session ends."""
        try:
            yield from super().pages(source, since)
        except hub.SourceReplyInvalid as error:
            if "login page" in error.what:
                return  # logged out: the rest comes with the next session
            raise


ADAPTER = LoggedOutIsTheEnd
