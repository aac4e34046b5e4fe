"""A cause the adapter does not know is filed as L99, the docket's "other"."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference

CAUSES = {"L01": "L01", "L02": "L02", "L03": "L03", "L04": "L04"}


class UnknownIsOther(Reference):
    """It was tidier than a code nobody had heard of."""

    breaks = frozenset({"TX-03"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case under a known cause, whatever it is."""
        draft = super().draft(item)
        return replace(draft, code=draft.code and CAUSES.get(draft.code, "L99"))


ADAPTER = UnknownIsOther
