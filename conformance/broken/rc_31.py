"""A case that was withdrawn is taken for deleted."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class WithdrawnIsGone(Reference):
    """Nothing is left to do about it, so it was to leave the lists: it left the store."""

    breaks = frozenset({"RC-31"})
    manifest = replace(Reference.manifest, stages={**Reference.manifest.stages, "withdrawn": hub.Stage.WITHDRAWN})

    def draft(self, item: hub.Item) -> hub.Draft:
        """One case."""
        return replace(super().draft(item), deleted=item.get("state") in ("void", "withdrawn"))


ADAPTER = WithdrawnIsGone
