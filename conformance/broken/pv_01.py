"""A refusal is explained with the token that was refused."""

from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference

UNAUTHORISED = 401


class ExplainsWithTheToken(Reference):
    """It helped once, on a test system."""

    breaks = frozenset({"PV-01"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, or what the docket did not like."""
        try:
            yield from super().pages(source, since)
        except hub.SourceDenied as why:
            if why.status != UNAUTHORISED:
                raise
            token = self.config.token.get_secret_value()
            raise hub.SourceDenied(f"the docket does not know the token {token}", status=why.status) from why


ADAPTER = ExplainsWithTheToken
