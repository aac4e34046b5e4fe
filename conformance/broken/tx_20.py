"""Knows a state by how its word ends, since the commission once wrote the kind of award before it."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.xml_feed import XmlFeed


class EndsAsKnown(XmlFeed):
    """仲裁裁决 is 裁决; that 未受理 is no 受理 was not thought of."""

    breaks = frozenset({"TX-20"})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, its state as the table has it."""
        draft = super().draft(item)
        known = [word for word in self.manifest.stages if str(draft.status).endswith(word)]
        return replace(draft, status=known[0]) if known else draft


ADAPTER = EndsAsKnown
