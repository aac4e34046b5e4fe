"""A case that is closed counts as settled."""

from dataclasses import replace

from conformance.reference import Reference
from hub.api import Stage


class ClosedIsSettled(Reference):
    """Withdrawn, dismissed, judged: all of them peace."""

    breaks = frozenset({"TX-05"})
    manifest = replace(Reference.manifest, stages={**Reference.manifest.stages, "closed": Stage.SETTLED})


ADAPTER = ClosedIsSettled
