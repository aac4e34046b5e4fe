"""Goes on exactly where it stopped, and claims no total that would show what came in behind it."""

from dataclasses import replace

import hub.api as hub
from conformance.reference import Reference


class NoLookingBack(Reference):
    """What was read need not be read again."""

    breaks = frozenset({"PG-13", "RS-05"})
    manifest = replace(
        Reference.manifest,
        capabilities=Reference.manifest.capabilities - {hub.Capability.COUNTED},
        overlap_s=0,
    )


ADAPTER = NoLookingBack
