"""The version does not count."""

from dataclasses import replace

from conformance.reference import Reference


class LatestOfAll(Reference):
    """Always the newest."""

    breaks = frozenset({"LD-07"})
    manifest = replace(Reference.manifest, version="latest")


ADAPTER = LatestOfAll
