"""A case without its day of filing is logged with whose it is."""

import logging

import hub.api as hub
from conformance.reference import Reference

log = logging.getLogger(__name__)


class ExplainsTheGap(Reference):
    """Nothing of it is seen while all cases have a day."""

    breaks = frozenset({"PV-11"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, and a word where it lacks its day."""
        if "filed" not in item:
            log.warning("when was it that %s came?", item.get("party"))
        return super().draft(item)


ADAPTER = ExplainsTheGap
