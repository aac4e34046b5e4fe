"""A little pause after every page, to be polite."""

import time
from collections.abc import Iterator
from datetime import datetime

import hub.api as hub
from conformance.reference import Reference

PAUSE_S = 0.002  # the docket asks for half a second


class PausesByItself(Reference):
    """Nobody can stop it meanwhile, and the docket's own Retry-After is not asked."""

    breaks = frozenset({"OP-09"})

    def pages(self, source: hub.Source, since: datetime | None) -> Iterator[hub.Page]:
        """The pages, in no hurry."""
        for page in super().pages(source, since):
            yield page
            time.sleep(PAUSE_S)


ADAPTER = PausesByItself
