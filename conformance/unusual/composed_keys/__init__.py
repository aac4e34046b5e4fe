"""Each district counts its cases by itself: a number is one case's only together with the district.

Changes are counted as well, and asked for by their times.
"""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class ComposedKeys(Reference):
    """The docket of a city. A case without its number, or without its district, has no key."""

    manifest = replace(Reference.manifest, name="composed_keys")

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, under its district and its number; its edition is what rises."""
        parts = (item["area"], item["no"])
        key = "" if {None, ""}.intersection(parts) else "/".join(map(str, parts))
        return super().draft({**item, "case_no": key, "updated": item.get("edition")})


ADAPTER = ComposedKeys
