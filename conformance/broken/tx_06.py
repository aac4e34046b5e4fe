"""The table of statuses ends where the document the author had ended."""

from dataclasses import replace

from conformance.reference import Reference
from hub.api import Stage


class ForgetsAStatus(Reference):
    """Cases that are closed lose their stage."""

    breaks = frozenset({"TX-06"})
    manifest = replace(
        Reference.manifest, stages={"open": Stage.FILED, "settled": Stage.SETTLED, "void": Stage.WITHDRAWN}
    )


ADAPTER = ForgetsAStatus
