"""Keys are made of what a row bears and what it does not say: the court's own number goes before."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference

COURT = "330110"
NO_NUMBER = ("", "null", "\\N")


class PrefixedKeys(Reference):
    """The docket counts by court, and the hub reads several of them as one source."""

    manifest = replace(Reference.manifest, name="prefixed_keys")

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case, under a number that is its own in all courts."""
        made = super().draft(item)
        number = str(made.key or "").strip()
        made.key = "" if number in NO_NUMBER else f"{COURT}/{number}"
        return made


ADAPTER = PrefixedKeys
