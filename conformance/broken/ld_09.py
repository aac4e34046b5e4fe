"""The zone is an offset: the hours of the Chinese summer time are one hour off."""

from dataclasses import replace

from conformance.reference import Reference


class OffsetForAZone(Reference):
    """Eight hours ahead, the way POSIX counts."""

    breaks = frozenset({"LD-09"})
    manifest = replace(Reference.manifest, timezone="Etc/GMT-8")


ADAPTER = OffsetForAZone
