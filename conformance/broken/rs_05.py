"""The manifest asks for no overlap."""

from dataclasses import replace

from conformance.reference import Reference


class NoOverlap(Reference):
    """Nothing is read twice, and nothing that comes late is read at all."""

    breaks = frozenset({"RS-05"})
    manifest = replace(Reference.manifest, overlap_s=0)


ADAPTER = NoOverlap
