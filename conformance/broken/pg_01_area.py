"""PG-01, RC-02: the number alone is the key, and each district counts by itself."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.composed_keys import ComposedKeys


class NumberAlone(ComposedKeys):
    """Cases of one number in two districts are one."""

    breaks = frozenset({"PG-01", "RC-02"})
    manifest = replace(ComposedKeys.manifest, name="pg_01_area")

    def draft(self, item: hub.Item) -> hub.Draft:
        """The number is there, and unique as far as one district's clerk can see."""
        made = super().draft(item)
        made.key = str(item["no"])
        return made


ADAPTER = NumberAlone
