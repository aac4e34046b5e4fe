"""Reads a file before it is whole."""

from dataclasses import replace

import hub.api as hub
from conformance.unusual.marked_lines import MarkedLines


class WaitsForNoMarker(MarkedLines):
    """The markers were overlooked: whatever has not grown for two seconds is taken for a whole file."""

    breaks = frozenset({"RS-26"})
    manifest = replace(
        MarkedLines.manifest, streams=(hub.Stream(request=hub.FileDrop(pattern="*.jsonl", encoding="utf-8")),)
    )


ADAPTER = WaitsForNoMarker
